import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import type { DockerRuns } from "../../core/docker-run.ts";

const Reading = z.union([z.object({ text: z.string() }), z.object({ reason: z.string() })]);
type Reading = z.infer<typeof Reading>;

/** What the library writes in the place of an image that the command does not name. */
const noImage = "!!!invalid!!!";
const require = createRequire(import.meta.url);
const module = require.resolve("composerize");
const indentation = 2;
/** Each is a thread with memory of its own. */
const greatestCount = 4;

/**
 * The library runs in a thread of its own: what people paste may be slow to read, or change objects that all code in a
 * thread shares.
 */
const program = `
const { parentPort, workerData } = require("node:worker_threads");
try {
    const { command, module, indentation } = workerData;
    parentPort.postMessage({ text: String(require(module)(command, "", "latest", indentation)) });
} catch (error) {
    parentPort.postMessage({ reason: error instanceof SyntaxError ? "not_a_command" : "unreadable" });
}
`;

/** Reads `docker run` commands with composerize; each for at most `timeoutMs` milliseconds. */
export function composerizeRuns(timeoutMs = 5000): DockerRuns {
    let running = 0;

    async function readInTurn(command: string): Promise<Reading> {
        if (running >= greatestCount) {
            throw new AppError("rate_limited", sentences.busy);
        }
        running += 1;
        try {
            return await read(command, timeoutMs);
        } finally {
            running -= 1;
        }
    }

    return {
        async toCompose(command) {
            const reading = await readInTurn(command);
            if ("reason" in reading) {
                throw new AppError("invalid", sentences[reading.reason] ?? sentences.unreadable);
            }
            if (reading.text.includes(noImage)) {
                throw new AppError("invalid", sentences.no_image);
            }
            return withVolumes(withoutName(reading.text));
        },
    };
}

const sentences: Readonly<Record<string, string>> & Readonly<Record<"no_image" | "unreadable" | "busy", string>> = {
    not_a_command: "dockerRunCommand: is no command that starts a container; paste one that begins with docker run",
    no_image: "dockerRunCommand: names no image, or has an option that is not known; check the part before the image",
    unreadable: "dockerRunCommand: cannot be read; check its quotes and options",
    busy: "dockerRunCommand: other commands are being read now; try again in a moment",
    too_slow: "dockerRunCommand: takes too long to read; shorten it",
};

/** Settles once; the thread is gone then. */
async function read(command: string, timeoutMs: number): Promise<Reading> {
    const worker = new Worker(program, {
        eval: true,
        workerData: { command, module, indentation },
        env: {},
        resourceLimits: { maxOldGenerationSizeMb: 128 },
        stdout: true,
        stderr: true,
    });
    let timer: NodeJS.Timeout | undefined;
    try {
        return await new Promise<Reading>((resolve) => {
            timer = setTimeout(() => resolve({ reason: "too_slow" }), timeoutMs);
            worker.on("message", (message: unknown) => {
                resolve(Reading.safeParse(message).data ?? { reason: "unreadable" });
            });
            worker.on("error", () => resolve({ reason: "unreadable" }));
            worker.on("exit", () => resolve({ reason: "unreadable" }));
        });
    } finally {
        clearTimeout(timer);
        await worker.terminate();
    }
}

/** A stack's name is that of its folder. */
function withoutName(text: string): string {
    const lines = text.split("\n");
    const name = lines.findIndex((line) => line.startsWith("name:"));
    return `${lines
        .filter((_, index) => index !== name)
        .join("\n")
        .trimEnd()}\n`;
}

/**
 * `docker run` makes a named volume where there is none, and takes the one that is there. The library calls it external,
 * which compose only takes where it is there.
 */
function withVolumes(text: string): string {
    let section = "";
    const kept = text.split("\n").filter((line) => {
        section = /^\w/.test(line) ? line : section;
        const isRemark = line.startsWith("# named volume ");
        return !isRemark && !(section === "volumes:" && line.trim() === "external: true");
    });
    return kept.join("\n").trimStart();
}
