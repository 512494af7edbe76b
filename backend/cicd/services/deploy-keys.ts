import { randomBytes } from "node:crypto";
import { AppError } from "../../../common/errors.ts";
import type { DeployKey } from "../../../common/schema/discovery.ts";
import type { Clock } from "../core/clock.ts";
import type { Caller } from "../core/host.ts";
import type { Ssh, SshKey } from "../core/ssh.ts";

/** SSH keys that were made before anything is saved. They are kept in memory alone: a restart forgets them. */
export interface DeployKeys {
    make(caller: Pick<Caller, "username">): DeployKey;
    /** The private half, for who made it. Throws `invalid` where it is not kept any more. */
    find(keyId: string, caller: Pick<Caller, "username">): SshKey;
}

const lifetimeMilliseconds = 3_600_000;
const mostKeys = 100;

export function createDeployKeys({
    ssh,
    clock,
}: {
    readonly ssh: Pick<Ssh, "makeKey">;
    readonly clock: Pick<Clock, "now">;
}): DeployKeys {
    /** Oldest first. */
    const kept = new Map<string, { readonly key: SshKey; readonly username: string; readonly until: number }>();

    function forgetOld(): void {
        const now = clock.now().getTime();
        const gone = [...kept].filter(([, { until }], index) => until <= now || kept.size - index > mostKeys);
        gone.forEach(([keyId]) => kept.delete(keyId));
    }

    return {
        make({ username }) {
            const { publicKey, ...key } = ssh.makeKey("dockge-cicd");
            const keyId = randomBytes(16).toString("base64url");
            const until = clock.now().getTime() + lifetimeMilliseconds;
            kept.set(keyId, { key, username, until });
            forgetOld();
            return { keyId, publicKey, expiresAt: new Date(until).toISOString() };
        },
        find(keyId, { username }) {
            forgetOld();
            const found = kept.get(keyId);
            if (found?.username !== username) {
                throw new AppError(
                    "invalid",
                    "keyId: is not kept any more; make another key, and register its public half",
                );
            }
            return found.key;
        },
    };
}
