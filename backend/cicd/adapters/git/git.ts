import { rm } from "node:fs/promises";
import { AppError } from "../../../../common/errors.ts";
import type { Git, GitRemote } from "../../core/git.ts";
import { checkAddress, resolveHost, type ResolveHost } from "./address-guard.ts";
import { localCall } from "./command.ts";
import { createContext } from "./context.ts";
import { changedFiles, isAncestor, listFiles, readFile, resolve } from "./history.ts";
import { fetchMirror } from "./mirror.ts";
import { createQueue } from "./queue.ts";
import { listRemote } from "./remote-refs.ts";
import { addWorktree, removeWorktree } from "./worktree.ts";

const fullHash = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * The git port over the git program (docs/adr/0002). Mirrors lie in `directory`; `path` is the PATH to find git in;
 * `allowPrivateHosts` and `allowFile` are the server's own switches. Fetches of one mirror run one after the other.
 */
export function createGit(options: {
    readonly directory: string;
    readonly path: string;
    readonly allowPrivateHosts: boolean;
    readonly allowFile: boolean;
    readonly resolveHost?: ResolveHost | undefined;
}): Git {
    const context = createContext({ ...options, resolveHost: options.resolveHost ?? resolveHost });
    const queue = createQueue();
    const mirrorOf = (remote: GitRemote): string => context.mirrorOf(remote.url);

    return {
        checkAddress: (url, allowPrivateHost) => checkAddress(url, context.policyOf(allowPrivateHost)),
        listRemote: (remote, call) => listRemote(context, remote, call),
        fetch: (remote, call) => queue.run(mirrorOf(remote), call.signal, () => fetchMirror(context, remote, call)),
        resolve: (remote, ref, commit) => resolve(context, mirrorOf(remote), ref, commit),
        isAncestor: (remote, ancestor, commit) => isAncestor(context, mirrorOf(remote), ancestor, commit),
        changedFiles: (remote, from, to) => changedFiles(context, mirrorOf(remote), from, to),
        addWorktree: async (remote, commit, directory, call) => {
            if (!fullHash.test(commit)) {
                throw new AppError("invalid", `commit: ${commit} is not a full hash; resolve it first`);
            }
            await addWorktree(context, mirrorOf(remote), commit, directory, call);
        },
        removeWorktree: (_remote, directory) => removeWorktree(directory),
        listFiles: (remote, commit) => listFiles(context, mirrorOf(remote), commit),
        readFile: (remote, commit, path) => readFile(context, mirrorOf(remote), commit, path),
        forget: (url) =>
            queue.run(context.mirrorOf(url), localCall.signal, () =>
                rm(context.mirrorOf(url), { recursive: true, force: true }),
            ),
    };
}
