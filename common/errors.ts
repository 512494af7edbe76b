/**
 * Every error that a person may see. The code decides the HTTP status and whether the message is shown:
 *
 * | code         | status | meaning                                                        |
 * |--------------|--------|----------------------------------------------------------------|
 * | invalid      | 400    | the input is wrong; the message names the field and the way out |
 * | unauthorized | 401    | nobody is logged in, or the token is unknown                   |
 * | forbidden    | 403    | the caller lacks the right                                     |
 * | not_found    | 404    | no such thing                                                  |
 * | conflict     | 409    | the state does not allow it now                                |
 * | rate_limited | 429    | too many requests                                              |
 * | unavailable  | 503    | engine, remote or database cannot be reached; try again        |
 * | internal     | 500    | a bug; logged with its stack, shown as "Internal error"        |
 */
export const errorStatus = {
    invalid: 400,
    unauthorized: 401,
    forbidden: 403,
    not_found: 404,
    conflict: 409,
    rate_limited: 429,
    unavailable: 503,
    internal: 500,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/** An expected failure with a message for people. Anything else that is thrown counts as `internal`. */
export class AppError extends Error {
    readonly code: ErrorCode;
    readonly details: unknown;

    constructor(code: ErrorCode, message: string, options: { details?: unknown; cause?: unknown } = {}) {
        super(message, { cause: options.cause });
        this.name = "AppError";
        this.code = code;
        this.details = options.details;
    }
}

/** The code of anything thrown. */
export function errorCode(error: unknown): ErrorCode {
    return error instanceof AppError ? error.code : "internal";
}

/** The sentence that people may see of anything thrown. */
export function errorMessage(error: unknown): string {
    return error instanceof AppError ? error.message : "Internal error. The server's log tells more.";
}
