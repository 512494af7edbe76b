import { AppError } from "../../../../common/errors.ts";
import { runProcess, type ProcessResult } from "../../../platform/process/run.ts";
import type { GitCall } from "../../core/git.ts";
import { deploymentMark } from "../../core/target-host.ts";
import { timedOut } from "./failures.ts";

const captureBytes = 64 * 1024 * 1024;

/** For calls that touch only the mirror on this disk. */
export const localCall: GitCall = { signal: new AbortController().signal, timeoutSeconds: 120 };

/** For calls that bring older history, where nobody says how long they may take. */
export const patientCall: GitCall = { ...localCall, timeoutSeconds: 600 };

export interface GitCommand {
    readonly args: readonly string[];
    readonly directory: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly input?: string | undefined;
}

/**
 * Runs git and answers its result, whatever its exit code. Throws the signal's reason when cancelled, AppError
 * `unavailable` when it takes too long or git is not installed.
 */
export async function runGit(command: GitCommand, call: GitCall): Promise<ProcessResult> {
    const mark = call.deploymentId === undefined ? {} : { [deploymentMark]: call.deploymentId };
    const result = await runProcess(
        { ...command, argv: ["git", ...command.args], environment: { ...command.environment, ...mark } },
        {
            signal: call.signal,
            timeoutSeconds: call.timeoutSeconds,
            captureBytes,
            onLine: (stream, line) => {
                if (stream === "stderr") {
                    call.onLine?.(line);
                }
            },
        },
    ).catch((error: unknown) => {
        throw isMissing(error) ? gitMissing(error) : error;
    });
    if (result.cancelled) {
        throw call.signal.reason;
    }
    if (result.timedOut) {
        throw timedOut(call.timeoutSeconds);
    }
    return result;
}

function isMissing(error: unknown): boolean {
    return error instanceof AppError && error.code === "unavailable";
}

function gitMissing(cause: unknown): AppError {
    return new AppError("unavailable", "git cannot be started; install git, and check that it is in PATH", {
        details: { errorCode: "internal" },
        cause,
    });
}
