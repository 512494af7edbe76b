import { AppError } from "../../../../common/errors.ts";
import type { Git, GitCall, GitRemote } from "../../core/git.ts";
import type { Ssh } from "../../core/ssh.ts";
import { checkAddress, resolveHost, type ResolveHost } from "./address-guard.ts";
import { checkOut } from "./checkout.ts";
import { patientCall } from "./command.ts";
import { commitsBetween } from "./commits-between.ts";
import { createContext } from "./context.ts";
import { forgetMirror } from "./forget.ts";
import { changedFiles, findHead, findOnRef, isAncestor, listFiles, readFile, resolve } from "./history.ts";
import { fetchMirror, isShallow } from "./mirror.ts";
import { createMirrorUsers } from "./mirror-users.ts";
import { createAskHistory } from "./older-history.ts";
import { createOwnRefs } from "./own-refs.ts";
import { createQueue } from "./queue.ts";
import { listRemote } from "./remote-refs.ts";
import { createSsh } from "./ssh.ts";
import { removeWorktree } from "./worktree.ts";

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
}): Git & Ssh {
    const context = createContext({ ...options, resolveHost: options.resolveHost ?? resolveHost });
    const queue = createQueue();
    const users = createMirrorUsers();
    const mirrorOf = (remote: GitRemote): string => context.mirrorOf(remote.url);
    const fetchNow = (remote: GitRemote, call: GitCall): Promise<void> => fetchMirror(context, remote, call);
    const ownRefs = createOwnRefs({ queue, mirrorOf: context.mirrorOf, fetch: fetchNow });
    const askHistory = createAskHistory(context, ownRefs);
    const fetch = (remote: GitRemote, call: GitCall): Promise<void> =>
        ownRefs.update(remote, call, (noted) => fetchNow(remote, noted));

    return {
        ...createSsh(context),
        checkAddress: (url, allowPrivateHost) => checkAddress(url, context.policyOf(allowPrivateHost)),
        listRemote: (remote, call) => listRemote(context, remote, call),
        fetch,
        resolve: async (remote, ref, commit, call = patientCall) => {
            const mirror = mirrorOf(remote);
            const head = await ownRefs.read(remote, call, () => findHead(context, mirror, ref));
            return resolve(context, mirror, { ref, head, commit }, (newest, wanted) =>
                askHistory(remote, call, () => findOnRef(context, mirror, newest, wanted)),
            );
        },
        isAncestor: async (remote, ancestor, commit, call = patientCall) =>
            (await askHistory(remote, call, (mirror, shallow) =>
                isAncestor(context, mirror, shallow, ancestor, commit),
            )) ?? false,
        changedFiles: (remote, from, to, call = patientCall) =>
            askHistory(remote, call, (mirror) => changedFiles(context, mirror, from, to)),
        commitsBetween: async (remote, from, to, most) => {
            const mirror = mirrorOf(remote);
            return commitsBetween(context, mirror, await isShallow(mirror), { from, to, most });
        },
        addWorktree: async (remote, commit, directory, call) => {
            if (!fullHash.test(commit)) {
                throw new AppError("invalid", `commit: ${commit} is not a full hash; resolve it first`);
            }
            await checkOut({ context, askHistory, fetch }, remote, commit, directory, call);
        },
        removeWorktree: (_remote, directory) => removeWorktree(directory),
        listFiles: (remote, commit) => listFiles(context, mirrorOf(remote), commit),
        readFile: (remote, commit, path) => readFile(context, mirrorOf(remote), commit, path),
        use: (url, work) => users.use(context.mirrorOf(url), work),
        async forget(url) {
            if (!users.isUsed(context.mirrorOf(url))) {
                await forgetMirror(context, queue, url);
            }
        },
    };
}
