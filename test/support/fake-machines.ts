import type { RemoteMachines } from "../../backend/cicd/core/remote-machine.ts";
import { AppError } from "../../common/errors.ts";

/** `SHA256:…` of the key that every machine shows. */
export const shownFingerprint = `SHA256:${"A".repeat(43)}`;

/** Machines that all are well, but `down.example`, which cannot be reached. */
export const fakeMachines: RemoteMachines = {
    open() {
        throw new Error("nothing is deployed here");
    },
    async check({ host, username, hostKey }, { onHostKey }) {
        if (host === "down.example") {
            throw new AppError("unavailable", "host: down.example does not answer on port 22");
        }
        if (hostKey === undefined) {
            await onHostKey("ssh-ed25519 c2hvd24=");
        }
        return {
            ok: true,
            hostKeyFingerprint: shownFingerprint,
            user: username,
            directoryWritable: true,
            problems: [],
        };
    },
    readHostKey: async () => ({ key: "ssh-ed25519 c2hvd24=", fingerprint: shownFingerprint }),
};
