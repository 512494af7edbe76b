import type { Ssh } from "../../backend/cicd/core/ssh.ts";
import { AppError } from "../../common/errors.ts";

export interface FakeSsh extends Ssh {
    /** What the server of every remote shows. */
    hostKey: string;
}

/** Keys that are only words; `bad` is no key. */
export function createFakeSsh(): FakeSsh {
    let made = 0;
    const ssh: FakeSsh = {
        hostKey: "ssh-ed25519 Zmlyc3Q=",
        makeKey(comment) {
            made += 1;
            return { privateKey: `private ${made}`, publicKey: `ssh-ed25519 made${made} ${comment}` };
        },
        async readKey({ privateKey, passphrase }, comment) {
            if (privateKey === "bad") {
                throw new AppError("invalid", "credentials.privateKey: is not a key");
            }
            return { privateKey, passphrase, publicKey: `ssh-ed25519 of-${privateKey} ${comment}` };
        },
        readHostKey: async () => ({ key: ssh.hostKey, fingerprint: `SHA256:${ssh.hostKey.slice(-8)}` }),
    };
    return ssh;
}
