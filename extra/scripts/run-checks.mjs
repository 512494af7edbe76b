import { runChild } from "./child.mjs";
import { root } from "./paths.mjs";

/** @typedef {import("./checks.mjs").Check} Check */

const atOnce = 2;

/**
 * Runs checks, two at a time because two processors are what one can count on, and prints what they found.
 *
 * @param {readonly Check[]} checks
 * @returns {Promise<number>} how many failed
 */
export async function runChecks(checks) {
    const waiting = [...checks];
    /** @type {string[]} */
    const failed = [];
    const work = async () => {
        for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
            if (!(await passes(check))) {
                failed.push(check.name);
            }
        }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    console.log(failed.length === 0 ? "All checks passed." : `Failed: ${failed.join(", ")}.`);
    return failed.length;
}

/**
 * @param {Check} check
 * @returns {Promise<boolean>}
 */
async function passes({ name, args }) {
    const started = Date.now();
    const { code, output } = await runChild(process.execPath, args, { cwd: root });
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    if (code === 0) {
        console.log(`ok      ${name} (${seconds} s)`);
        return true;
    }
    console.log(`FAILED  ${name} (${seconds} s)\n${output.trimEnd()}\n`);
    return false;
}
