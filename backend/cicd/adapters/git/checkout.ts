import { AppError } from "../../../../common/errors.ts";
import type { GitCall, GitRemote } from "../../core/git.ts";
import { localCall } from "./command.ts";
import { readCommitTree } from "./commit-tree.ts";
import type { GitContext } from "./context.ts";
import { noteSubmodule } from "./forget.ts";
import type { AskHistory } from "./older-history.ts";
import { checkOutSubmodules, type Superproject } from "./submodules.ts";
import { commitMissing, writeWorktree } from "./worktree.ts";

export interface CheckoutTools {
    readonly context: GitContext;
    readonly askHistory: AskHistory;
    /** Brings a mirror up to date. */
    readonly fetch: (remote: GitRemote, call: GitCall) => Promise<void>;
}

/** Writes a commit into an empty directory, with its LFS objects and its submodules. */
export async function checkOut(
    tools: CheckoutTools,
    remote: GitRemote,
    commit: string,
    directory: string,
    call: GitCall,
): Promise<void> {
    await checkOutOne(tools, { remote, directory, depth: 0, counter: { submodules: 0 } }, commit, call);
}

async function checkOutOne(
    tools: CheckoutTools,
    place: Pick<Superproject, "remote" | "directory" | "depth" | "counter">,
    commit: string,
    call: GitCall,
): Promise<void> {
    const { context } = tools;
    const mirror = context.mirrorOf(place.remote.url);
    const entries = await readCommitTree(context, mirror, commit, call);
    if (entries === undefined) {
        throw commitMissing(commit, "it is not in the repository");
    }
    await writeWorktree(context, { remote: place.remote, mirror, commit, entries, directory: place.directory }, call);
    const superproject: Superproject = { ...place, mirror, entries };
    await checkOutSubmodules(context, superproject, call, async (remote, wanted, directory) => {
        await noteSubmodule(mirror, remote.url);
        await tools.fetch(remote, call);
        await findCommit(tools, remote, wanted, call);
        const inner = { remote, directory, depth: place.depth + 1, counter: place.counter };
        await checkOutOne(tools, inner, wanted, call);
    });
}

async function findCommit(tools: CheckoutTools, remote: GitRemote, commit: string, call: GitCall): Promise<void> {
    const found = await tools.askHistory(remote, call, async (mirror) => {
        const args = [`--git-dir=${mirror}`, "cat-file", "-e", `${commit}^{commit}`];
        return (await tools.context.runLocal(args, localCall)).exitCode === 0 ? true : undefined;
    });
    if (found === undefined) {
        throw new AppError(
            "invalid",
            `commit ${commit} is on no branch or tag of ${remote.url}; push it there, or update the submodule`,
            { details: { errorCode: "commit_missing" } },
        );
    }
}
