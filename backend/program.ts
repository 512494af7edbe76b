import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { onInterrupt } from "./cli/interrupt.ts";
import { findPipelineFiles } from "./cli/pipeline-files.ts";
import { readPassword } from "./cli/read-password.ts";
import { runCli } from "./cli/run-cli.ts";
import { describeWorkingCopy } from "./cli/working-copy.ts";
import { processEnvironment, readProcessConfig } from "./config.ts";
import { serve } from "./serve.ts";

const version = readVersion();

/** Runs the command line to its end; for `serve` until the server has started. */
export const exitCode = await runCli(process.argv.slice(2), {
    version,
    environment: processEnvironment(),
    serve: (argv) => serve(readProcessConfig(argv), version),
    openData: async (argv) => {
        // Loaded only when it is asked for: most commands talk to a running server.
        const { openUserData } = await import("./cli/user-data.ts");
        return openUserData(readProcessConfig(argv));
    },
    readPassword: (prompt) => readPassword(prompt, process.stdin, process.stderr),
    readFile: (path) => readFile(path, "utf8"),
    findPipeline: findPipelineFiles,
    local: {
        describeWorkingCopy: (root) => describeWorkingCopy(root, processEnvironment()),
        openJobs: async (root) => {
            const { openLocalJobs } = await import("./local-jobs.ts");
            return openLocalJobs(root, processEnvironment());
        },
        onInterrupt: (listener) => onInterrupt(process, listener),
        isTerminal: process.stdout.isTTY,
    },
    fetch,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    now: () => new Date(),
    print: (line) => process.stdout.write(`${line}\n`),
    printError: (line) => process.stderr.write(`${line}\n`),
});

function readVersion(): string {
    const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && "version" in parsed ? String(parsed.version) : "0.0.0";
}
