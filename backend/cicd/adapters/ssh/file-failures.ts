import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import { connectionLost } from "./failures.ts";

const denied = 3;

/** What an error of SFTP means. */
export function fileFailure(error: unknown, where: { readonly host: string; readonly path: string }): unknown {
    if (error instanceof AppError) {
        return error;
    }
    const { code, message } = z.object({ code: z.unknown().optional(), message: z.string() }).safeParse(error).data ?? {
        message: String(error),
    };
    if (code === denied) {
        return new AppError(
            "unavailable",
            `${where.path}: the user on ${where.host} may not write or read it; give the folder to that user`,
            { details: { errorCode: "apply_failed" }, cause: error },
        );
    }
    if (/session has ended|No response from server|not connected|channel/i.test(message)) {
        return connectionLost(where.host, error);
    }
    if (/no space|quota/i.test(message)) {
        return new AppError("unavailable", `The disk of ${where.host} is full. Free some space there, then redeploy.`, {
            details: { errorCode: "disk_full" },
            cause: error,
        });
    }
    return error;
}
