import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import { sshFingerprint } from "../../../platform/crypto/ssh-fingerprint.ts";

const words: Readonly<Record<string, string | undefined>> = {
    ECONNREFUSED: "nothing listens there",
    EHOSTUNREACH: "there is no way to that address",
    ENETUNREACH: "there is no way to that address",
    ETIMEDOUT: "no answer",
};

/** Whatever was thrown, as an error. */
export function asError(thrown: unknown): Error {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The machine does not answer on its SSH port. */
export function unreachable(host: string, port: number, why: string): AppError {
    return new AppError(
        "unavailable",
        `host: ${host} does not answer on port ${port} (${words[why] ?? why}); check host and port, and that its SSH ` +
            "server runs",
        { details: { errorCode: "remote_unavailable" } },
    );
}

/** The connection is gone, or hangs. */
export function connectionLost(host: string, cause?: unknown): AppError {
    return new AppError("unavailable", `host: the connection to ${host} was lost; try again`, {
        details: { errorCode: "remote_unavailable" },
        cause,
    });
}

/** Whether it is worth while to connect once more, and go on where it broke. */
export function isConnectionLoss(error: unknown): boolean {
    const details = z.object({ errorCode: z.literal("remote_unavailable"), started: z.undefined().optional() });
    return error instanceof AppError && error.code === "unavailable" && details.safeParse(error.details).success;
}

export function hostKeyChanged(host: string, pinnedKey: string, offeredKey: string | undefined): AppError {
    const pinned = sshFingerprint(pinnedKey);
    const offered = offeredKey === undefined ? undefined : sshFingerprint(offeredKey);
    const shown = offered === undefined ? "no key of the same kind any more" : `another key (${offered})`;
    return new AppError(
        "conflict",
        `host: ${host} shows ${shown} than before (${pinned}). Either it was set up anew, or somebody stands between. ` +
            "Compare the new fingerprint with that of the machine; if it is right, accept the new key",
        { details: { errorCode: "host_key_changed", pinned, ...(offered !== undefined && { offered }) } },
    );
}

const Failure = z.object({ level: z.string().optional(), message: z.string(), code: z.unknown().optional() });

/** What the library's errors mean, from the connection to the login. */
export function loginFailure(error: unknown, target: { readonly host: string; readonly username: string }): AppError {
    if (error instanceof AppError) {
        return error;
    }
    const { level, message } = Failure.safeParse(error).data ?? { level: undefined, message: String(error) };
    if (level === "client-authentication") {
        return new AppError(
            "unauthorized",
            `privateKey: ${target.host} refuses this key for the user ${target.username}; put the target's public key ` +
                `into that user's ~/.ssh/authorized_keys, or check the user's name`,
            { details: { errorCode: "auth_failed" } },
        );
    }
    if (/privateKey|passphrase/i.test(message)) {
        return new AppError("invalid", `privateKey: cannot be used (${message}); give another key`, {
            details: { errorCode: "auth_failed" },
        });
    }
    if (/no matching/i.test(message)) {
        return new AppError(
            "unavailable",
            `host: ${target.host} offers no encryption that this server knows (${message}); update its SSH server`,
            { details: { errorCode: "remote_unavailable" } },
        );
    }
    return new AppError(
        "unavailable",
        `host: ${target.host} does not answer as an SSH server does (${message}); check host and port`,
        { details: { errorCode: "remote_unavailable" }, cause: error },
    );
}
