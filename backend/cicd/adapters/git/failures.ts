import { AppError, type ErrorCode } from "../../../../common/errors.ts";
import type { DeploymentErrorCode } from "../../../../common/schema/deployment.ts";

interface Failure {
    readonly pattern: RegExp;
    readonly code: ErrorCode;
    readonly errorCode: DeploymentErrorCode;
    readonly sentence: string;
}

/** For some files git tells no more than that they cannot be written. */
export const diskFull = /No space left on device|Out of diskspace|unable to write (\w+ )?file/i;

/** Git's own words → what went wrong and what to do. The first that matches counts. */
const failures: readonly Failure[] = [
    {
        pattern: /Authentication failed|could not read (Username|Password)|error: 40[13]|HTTP Basic: Access denied/i,
        code: "unauthorized",
        errorCode: "auth_failed",
        sentence:
            "credentials: the server refuses them (or needs some); give a token that is valid and may read this repository",
    },
    {
        pattern: /Could not resolve host/i,
        code: "unavailable",
        errorCode: "remote_unavailable",
        sentence: "url: the host's name cannot be resolved; check its spelling and this machine's DNS",
    },
    {
        pattern: /error: 30\d|url base from redirection|redirect/i,
        code: "invalid",
        errorCode: "address_refused",
        sentence:
            "url: the server redirects, which is not followed; give the final address (often with .git at the end)",
    },
    {
        pattern: /transport '.*' not allowed/i,
        code: "invalid",
        errorCode: "address_refused",
        sentence: "url: this kind of address is not allowed; use https",
    },
    {
        pattern: /not found|error: 404|does not exist|not appear to be a git repository|not a git repository/i,
        code: "invalid",
        errorCode: "remote_unavailable",
        sentence:
            "url: there is no such repository, or these credentials may not see it; check the address and the token",
    },
    {
        pattern: /SSL|certificate/i,
        code: "unavailable",
        errorCode: "remote_unavailable",
        sentence: "url: the server's certificate is not trusted here; install its authority on this machine",
    },
    {
        pattern: diskFull,
        code: "unavailable",
        errorCode: "disk_full",
        sentence: "The disk of the data directory is full; free some space",
    },
];

/** What a failing git call means. `words` is the end of its standard error, which holds no credentials. */
export function gitFailure(words: string): AppError {
    const known = failures.find(({ pattern }) => pattern.test(words));
    if (known !== undefined) {
        return new AppError(known.code, known.sentence, { details: { errorCode: known.errorCode, git: words } });
    }
    const reason = words.split("\n").findLast((line) => /^(fatal|error):/.test(line)) ?? words.split("\n").at(-1) ?? "";
    return new AppError(
        "unavailable",
        `url: the remote cannot be reached (${reason}); check the address, try again later`,
        {
            details: { errorCode: "remote_unavailable", git: words },
        },
    );
}

/** Whether the mirror itself is damaged, or was left locked by a killed process: a new one mends it. */
export function isMirrorBroken(words: string): boolean {
    return /\.lock': File exists|object file .* is empty|loose object .* is corrupt|bad object|not a git repository: '/i.test(
        words,
    );
}

export function timedOut(seconds: number): AppError {
    return new AppError("unavailable", `git: it did not finish within ${seconds} s; try again, or raise the timeout`, {
        details: { errorCode: "timeout" },
    });
}
