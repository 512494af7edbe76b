import { AppError } from "../../../../common/errors.ts";

/** The system's code of what was thrown, such as ENOENT. */
export function systemCode(error: unknown): string | undefined {
    return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Nobody may read it; it went away, or became something else meanwhile. */
export function isUnreadable(error: unknown): boolean {
    return ["EACCES", "EPERM", "EIO", "ESTALE"].includes(systemCode(error) ?? "");
}

/** It went away, or became something else, since its folder was read. */
export function isGone(error: unknown): boolean {
    return ["ENOENT", "ENOTDIR", "ELOOP", "ENXIO", "EISDIR", "EINVAL"].includes(systemCode(error) ?? "");
}

/** What people are told of it. */
export function inWords(error: unknown): unknown {
    const code = systemCode(error);
    if (error instanceof AppError || code === undefined || code === "ABORT_ERR") {
        return error;
    }
    if (code === "ENOSPC" || code === "EDQUOT") {
        return new AppError("unavailable", "the disk is full; make room and run it again", { cause: error });
    }
    if (code.startsWith("Z_")) {
        return new AppError("invalid", "the archive is broken", { cause: error });
    }
    return new AppError("unavailable", `the files cannot be reached (${code})`, { cause: error });
}
