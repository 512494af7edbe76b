import { spawn } from "node:child_process";
import { onEndingSignal } from "./signals.mjs";

/**
 * Runs a program to its end and answers its exit code and what it wrote. A signal counts as a failure. Signals that
 * would end this process are passed on: the program ends first.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean }} options `show`: straight to the terminal
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runChild(command, args, { cwd, env, show = false } = {}) {
    return new Promise((resolve) => {
        const child = spawn(command, args, {
            cwd,
            env,
            stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
        });
        /** @type {string[]} */
        const chunks = [];
        for (const stream of [child.stdout, child.stderr]) {
            stream?.setEncoding("utf8").on("data", (chunk) => chunks.push(String(chunk)));
        }
        const stopForwarding = onEndingSignal((signal) => {
            // Ctrl-C reaches all programs of a terminal by itself, and a second one would mean "at once".
            if (signal !== "SIGINT" || !process.stdin.isTTY) {
                child.kill(signal);
            }
        });
        const end = (/** @type {number} */ code) => {
            stopForwarding();
            resolve({ code, output: chunks.join("") });
        };
        child.once("error", (error) => {
            chunks.push(error.message);
            end(127);
        });
        child.once("close", (code) => end(code ?? 1));
    });
}
