import { constants } from "node:os";
import type { Readable } from "node:stream";
import { execa } from "execa";
import { AppError } from "../../../common/errors.ts";
import { createCapture, createTail } from "./capture.ts";
import { createLineSplitter } from "../../../common/line-splitter.ts";
import { endGroupOn, graceMilliseconds, signalGroup } from "./process-group.ts";

/** A program to run: argv, never a shell string; `environment` is the whole environment, nothing is inherited. */
export interface ProcessRequest {
    readonly argv: readonly [string, ...string[]];
    readonly directory: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly input?: string | undefined;
    /** Keeps standard input open, without `input`: its end tells the program that this process has ended. */
    readonly holdInput?: boolean | undefined;
}

export interface ProcessOptions {
    /** Ends the whole process group: SIGTERM, after 2 s SIGKILL. */
    readonly signal: AbortSignal;
    readonly timeoutSeconds: number;
    readonly onLine?: ((stream: "stdout" | "stderr", line: string) => void) | undefined;
    /** Keep standard output for the result, at most so many bytes; more ends the program with AppError `invalid`. */
    readonly captureBytes?: number | undefined;
    /** Called with the process id, which is the group's id too. */
    readonly onStart?: ((processId: number) => void) | undefined;
}

export interface ProcessResult {
    /** By the shell's custom 128 + n after signal n. */
    readonly exitCode: number;
    /** Empty unless captured. */
    readonly stdout: string;
    /** The last 20 lines of standard error. */
    readonly stderrTail: string;
    readonly timedOut: boolean;
    readonly cancelled: boolean;
}

const neverStarted: ProcessResult = {
    exitCode: 128 + constants.signals.SIGTERM,
    stdout: "",
    stderrTail: "",
    timedOut: false,
    cancelled: true,
};

/**
 * Runs a program in a process group of its own and waits for its end; what it left running in that group is ended
 * too. A failing program is a result; AppError `unavailable` means that it could not be started at all.
 */
export async function runProcess(request: ProcessRequest, options: ProcessOptions): Promise<ProcessResult> {
    if (options.signal.aborted) {
        return neverStarted;
    }
    const child = start(request);
    const processId = child.pid;
    if (processId === undefined) {
        throw cannotStart(request, (await child).code);
    }
    options.onStart?.(processId);
    const end = endGroupOn(processId, options.signal, options.timeoutSeconds);
    const tail = createTail(20);
    const capture = createCapture(options.captureBytes ?? 0, () => end.request("output_too_large"));
    readLines(child.stderr, (line) => {
        tail.push(line);
        options.onLine?.("stderr", line);
    });
    readLines(child.stdout, (line) => options.onLine?.("stdout", line));
    if (options.captureBytes !== undefined) {
        child.stdout.on("data", capture.push);
    }
    endStragglers(child, processId);
    const ended = await child;
    end.dispose();
    if (end.reason() === "output_too_large") {
        throw new AppError("invalid", `${request.argv[0]}: its output is too large; make it write less`);
    }
    return {
        exitCode: ended.exitCode ?? 128 + constants.signals[ended.signal ?? "SIGKILL"],
        stdout: capture.text(),
        stderrTail: tail.text(),
        timedOut: end.reason() === "timed_out",
        cancelled: end.reason() === "cancelled",
    };
}

function start({ argv: [program, ...args], directory, environment, input, holdInput = false }: ProcessRequest) {
    return execa(program, args, {
        cwd: directory,
        env: environment,
        extendEnv: false,
        detached: true,
        buffer: false,
        reject: false,
        stdin: input === undefined && !holdInput ? "ignore" : "pipe",
        stdout: "pipe",
        stderr: "pipe",
        ...(input !== undefined && { input }),
    });
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
    const splitter = createLineSplitter(onLine);
    stream.on("data", splitter.push);
    stream.once("close", splitter.end);
}

/**
 * A program may leave others behind that hold its output open. They get the grace, then they are killed; one that has
 * left the group loses the output, so that nobody waits for it.
 */
function endStragglers(child: ReturnType<typeof start>, groupId: number): void {
    child.once("exit", () => {
        const timer = setTimeout(() => {
            signalGroup(groupId, "SIGKILL");
            setImmediate(() => {
                child.stdout.destroy();
                child.stderr.destroy();
            });
        }, graceMilliseconds);
        child.once("close", () => {
            clearTimeout(timer);
            signalGroup(groupId, "SIGKILL");
        });
    });
}

function cannotStart({ argv: [program], directory }: ProcessRequest, code: string | undefined): AppError {
    return new AppError(
        "unavailable",
        `${program}: cannot be started in ${directory} (${code ?? "unknown reason"}); ` +
            "check that the program is installed and in PATH, and that the directory exists",
        { details: { program, code, errorCode: "command_failed" } },
    );
}
