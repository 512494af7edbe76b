import { AppError, type ErrorCode } from "../../../../common/errors.ts";
import type { DeploymentErrorCode } from "../../../../common/schema/deployment.ts";
import { sshFingerprint } from "../../../platform/crypto/ssh-fingerprint.ts";
import type { SshHostKey } from "../../core/ssh.ts";

interface Failure {
    readonly pattern: RegExp;
    readonly code: ErrorCode;
    readonly errorCode: DeploymentErrorCode;
    readonly sentence: string;
}

/** ssh's own words → what went wrong and what to do. The first that matches counts. */
const failures: readonly Failure[] = [
    {
        pattern: /Permission denied \(|Too many authentication failures|no mutual signature/i,
        code: "unauthorized",
        errorCode: "auth_failed",
        sentence:
            "credentials: the server refuses this SSH key; register its public half there (as a deploy key, reading " +
            "is enough), or give another key",
    },
    {
        pattern: /Unable to negotiate|no matching (host key type|key exchange|cipher)/i,
        code: "unavailable",
        errorCode: "remote_unavailable",
        sentence: "url: the server offers only methods that this machine's ssh holds for unsafe; update the server",
    },
    {
        pattern: /No user exists for uid/i,
        code: "unavailable",
        errorCode: "internal",
        sentence: "ssh: this server's user has no entry in /etc/passwd, without which ssh does not run; add one",
    },
    {
        pattern: /^ssh: connect to host|kex_exchange_identification|Connection (closed|reset|timed out)|timed out/im,
        code: "unavailable",
        errorCode: "remote_unavailable",
        sentence: "url: the SSH server does not answer, or hangs up at once; check host and port, or try again later",
    },
    {
        pattern:
            /(repository|project).*(not found|could not be found)|access denied|not appear to be a git repository/i,
        code: "invalid",
        errorCode: "remote_unavailable",
        sentence:
            "url: there is no such repository, or this SSH key may not see it; check the path and the key's rights",
    },
];

/** What the words of a failing ssh mean; undefined where they are not about ssh. */
export function sshFailure(words: string): AppError | undefined {
    const known = failures.find(({ pattern }) => pattern.test(words));
    return known && new AppError(known.code, known.sentence, { details: { errorCode: known.errorCode, git: words } });
}

/** Whether ssh refused the server because of its key. */
export function isHostKeyRefused(words: string): boolean {
    return /Host key verification failed|HOST IDENTIFICATION HAS CHANGED|host key is known for/i.test(words);
}

export function hostKeyChanged(host: string, pinnedKey: string, offered: SshHostKey): AppError {
    const pinned = sshFingerprint(pinnedKey);
    const keyType = offered.key.split(" ")[0] ?? "";
    return new AppError(
        "conflict",
        `url: the SSH server ${host} shows another key (${offered.fingerprint}) than before (${pinned}). Either it was ` +
            "set up anew, or somebody stands between. Compare the new fingerprint with what the server's owner " +
            "publishes; if it is right, use Accept the new key",
        { details: { errorCode: "host_key_changed", pinned, offered: offered.fingerprint, keyType } },
    );
}
