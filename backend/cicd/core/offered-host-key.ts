import { AppError } from "../../../common/errors.ts";
import type { SshHostKey } from "./ssh.ts";

/**
 * Throws `conflict` where an SSH server shows another key than the one that somebody wants to accept: details as for a
 * changed key, so that the offered one can be shown and compared in its place.
 */
export function checkOffered(
    { key, fingerprint: offered }: SshHostKey,
    wanted: {
        readonly accepted: string;
        readonly pinned: string | undefined;
        /** Who shows it, for people. */
        readonly shownBy: "server" | "host";
    },
): void {
    const { accepted, pinned, shownBy } = wanted;
    if (offered === accepted) {
        return;
    }
    const keyType = key.split(" ", 1)[0];
    throw new AppError(
        "conflict",
        `fingerprint: the ${shownBy} shows ${offered} now; compare that one, then accept it`,
        { details: { errorCode: "host_key_changed", pinned, offered, keyType } },
    );
}
