import type { GitCall, GitRemote } from "../../core/git.ts";
import type { KeyedQueue } from "./queue.ts";

export interface OwnRefsPorts {
    readonly queue: KeyedQueue;
    mirrorOf(url: string): string;
    /** Brings a mirror's heads and tags up to date. */
    fetch(remote: GitRemote, call: GitCall): Promise<void>;
}

type Update = (call: GitCall) => Promise<void>;

/** Whose heads and tags a mirror has: stacks that share it may have accepted different keys of an SSH server. */
export interface OwnRefs {
    /** Runs what changes the mirror's heads and tags to those of a remote, where it `isNeeded` when its turn has come. */
    update(remote: GitRemote, call: GitCall, work: Update, isNeeded?: () => Promise<boolean>): Promise<void>;
    /** Reads heads or tags; first fetches them again where they came from a server with another key than the pinned. */
    read<T>(remote: GitRemote, call: GitCall, work: () => Promise<T>): Promise<T>;
}

export function createOwnRefs({ queue, mirrorOf, fetch }: OwnRefsPorts): OwnRefs {
    /** Mirror → the host key of the server that its heads and tags came from. */
    const shownBy = new Map<string, string>();

    async function note(remote: GitRemote, call: GitCall, work: Update): Promise<void> {
        const mirror = mirrorOf(remote.url);
        let { hostKey } = remote;
        // What fails may have changed some of them.
        shownBy.delete(mirror);
        await work({
            ...call,
            async onHostKey(seen) {
                hostKey = seen;
                await call.onHostKey?.(seen);
            },
        });
        if (hostKey !== undefined) {
            shownBy.set(mirror, hostKey);
        }
    }

    return {
        update: (remote, call, work, isNeeded = async () => true) =>
            queue.run(mirrorOf(remote.url), call.signal, async () => {
                if (await isNeeded()) {
                    await note(remote, call, work);
                }
            }),
        async read(remote, call, work) {
            if (remote.hostKey === undefined) {
                return work();
            }
            const mirror = mirrorOf(remote.url);
            return queue.run(mirror, call.signal, async () => {
                if (shownBy.get(mirror) !== remote.hostKey) {
                    await note(remote, call, (noted) => fetch(remote, noted));
                }
                return work();
            });
        },
    };
}
