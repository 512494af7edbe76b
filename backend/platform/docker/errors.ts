import { z } from "zod";
import { AppError, type ErrorCode } from "../../../common/errors.ts";

const Failure = z.looseObject({
    code: z.string().optional().catch(undefined),
    name: z.string().optional().catch(undefined),
    message: z.string().catch(""),
    statusCode: z.int().optional().catch(undefined),
    json: z.looseObject({ message: z.string() }).optional().catch(undefined),
});

const awayCodes = new Set([
    "ENOENT",
    "EACCES",
    "EPERM",
    "ECONNREFUSED",
    "ECONNRESET",
    "ECONNABORTED",
    "EPIPE",
    "ETIMEDOUT",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ENOTSOCK",
    "ABORT_ERR",
]);

const codeOfStatus: Readonly<Record<number, ErrorCode>> = { 400: "invalid", 404: "not_found", 409: "conflict" };

/** The HTTP status of an answer that the client library threw; undefined for other errors. */
export function statusOf(error: unknown): number | undefined {
    return Failure.safeParse(error).data?.statusCode;
}

/** The engine's own words about a failed call. */
export function reasonOf(error: unknown): string {
    const failure = Failure.safeParse(error).data;
    return (failure?.json?.message ?? failure?.message ?? String(error)).trim();
}

/** What anything thrown by a call to the engine is for the rest of the program. */
export function toAppError(error: unknown): AppError {
    if (error instanceof AppError) {
        return error;
    }
    const failure = Failure.safeParse(error).data;
    if (failure?.statusCode === undefined) {
        return isAway(failure)
            ? engineAway(failure?.code, error)
            : new AppError("internal", reasonOf(error), { cause: error });
    }
    if (/no space left on device/i.test(reasonOf(error))) {
        return diskFull(error);
    }
    const code = codeOfStatus[failure.statusCode] ?? "unavailable";
    return new AppError(code, `Docker: ${reasonOf(error)}`, { details: { status: failure.statusCode }, cause: error });
}

function isAway(failure: z.infer<typeof Failure> | undefined): boolean {
    const code = failure?.code ?? "";
    return awayCodes.has(code) || failure?.name === "AbortError" || failure?.name === "TimeoutError";
}

/** The engine does not answer. */
function engineAway(code: string | undefined, cause?: unknown): AppError {
    const why = code === "EACCES" || code === "EPERM" ? "may not be used by this user" : "does not answer";
    return new AppError(
        "unavailable",
        `The Docker engine ${why}${code === undefined ? "" : ` (${code})`}. Install Docker Engine with the Compose plugin ` +
            "(docs.docker.com/engine/install), start it, or set DOCKER_HOST to one that runs.",
        { details: { errorCode: "engine_unavailable" }, cause },
    );
}

function diskFull(cause: unknown): AppError {
    return new AppError(
        "unavailable",
        "The Docker engine's disk is full; free some space, for example with docker system prune.",
        {
            details: { errorCode: "disk_full" },
            cause,
        },
    );
}
