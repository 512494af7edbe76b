import type { GitCall } from "../../core/git.ts";
import type { Ssh } from "../../core/ssh.ts";
import type { GitContext } from "./context.ts";
import { makeKeyPair, mendKey } from "./ssh-key-format.ts";
import { askHostKey } from "./ssh-run.ts";
import { loadKey } from "./ssh-session.ts";

const loadSeconds = 30;

/** SSH keys and host keys, with OpenSSH's own programs. */
export function createSsh(context: GitContext): Ssh {
    return {
        makeKey: makeKeyPair,
        async readKey({ privateKey, passphrase }, comment, signal) {
            const key = { privateKey: mendKey(privateKey), passphrase: passphrase === "" ? undefined : passphrase };
            const call: GitCall = { signal, timeoutSeconds: loadSeconds };
            const publicKey = await loadKey(await context.sshPorts(), key, call);
            return { ...key, publicKey: `${publicKey} ${comment}` };
        },
        async readHostKey(remote, call) {
            return askHostKey(await context.sshPorts(), await context.destinationOf(remote, call), call);
        },
    };
}
