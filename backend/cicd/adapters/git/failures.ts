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

const notFound = /not found|error: 404|does not exist|not appear to be a git repository|not a git repository/i;

/** Git's own words → what went wrong and what to do. The first that matches counts. */
const failures: readonly Failure[] = [
    {
        pattern: /Could not resolve host/i,
        code: "unavailable",
        errorCode: "remote_unavailable",
        sentence: "url: the host's name cannot be resolved; check its spelling and this machine's DNS",
    },
    {
        pattern: /error: 30\d|url base from redirection/i,
        code: "invalid",
        errorCode: "address_refused",
        sentence:
            "url: the server redirects, which is not followed; give the final address (often with .git at the end)",
    },
    {
        pattern: /error: 429/,
        code: "unavailable",
        errorCode: "remote_unavailable",
        sentence: "url: the server has had too many requests from here (429); wait some minutes, and try again",
    },
    {
        pattern: /error: 5\d\d/,
        code: "unavailable",
        errorCode: "remote_unavailable",
        sentence: "url: the server has a problem of its own (5xx); try again later",
    },
    {
        pattern: /transport '.*' not allowed/i,
        code: "invalid",
        errorCode: "address_refused",
        sentence: "url: this kind of address is not allowed; use https",
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

const withToken: readonly Failure[] = [
    {
        pattern: /Authentication failed|could not read (Username|Password)|error: 401|HTTP Basic: Access denied/i,
        code: "unauthorized",
        errorCode: "auth_failed",
        sentence: "credentials: the server refuses the token: it is wrong, expired or revoked; give a new one",
    },
    {
        pattern: /error: 403/,
        code: "unauthorized",
        errorCode: "auth_failed",
        sentence:
            "credentials: the server refuses access (403): the token has no right to read this repository; give it that right, or another token",
    },
    {
        pattern: notFound,
        code: "invalid",
        errorCode: "remote_unavailable",
        sentence:
            "url: there is no such repository, or this token may not see it; check the address and the token's rights",
    },
];

const withoutToken: readonly Failure[] = [
    {
        pattern: /Authentication failed|could not read (Username|Password)|error: 40[13]|HTTP Basic: Access denied/i,
        code: "unauthorized",
        errorCode: "auth_failed",
        sentence: "credentials: the repository is private, or does not exist; give a token that may read it",
    },
    {
        pattern: notFound,
        code: "invalid",
        errorCode: "remote_unavailable",
        sentence: "url: there is no such repository, or it is private; check the address, or give a token",
    },
];

/**
 * What a failing git call means. `words` is the end of its standard error, which holds no credentials; `tokenGiven`
 * tells an expired token from a missing one.
 */
export function gitFailure(words: string, tokenGiven = false): AppError {
    // An address may hold any of the words that are looked for.
    const plain = words.replace(/'[a-z+]+:\/\/[^']*'/gi, "''");
    const all = [...(tokenGiven ? withToken : withoutToken), ...failures];
    const known = all.find(({ pattern }) => pattern.test(plain));
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

/** Whether the server answered with another address. */
export function isRedirect(words: string): boolean {
    return /error: 30\d|url base from redirection/i.test(words);
}

/** Whether the server cannot give a part of the history: a plain file server, for one. */
export function cannotShallow(words: string): boolean {
    return /does not support (shallow|--depth|--deepen)|dumb http transport does not support/i.test(words);
}

export function timedOut(seconds: number): AppError {
    return new AppError("unavailable", `git: it did not finish within ${seconds} s; try again, or raise the timeout`, {
        details: { errorCode: "timeout" },
    });
}
