import type { GitRemote } from "../../core/git.ts";
import type { TreeEntry } from "./commit-tree.ts";

/** A commit that is in its mirror, and where its files go. */
export interface Worktree {
    readonly remote: GitRemote;
    readonly mirror: string;
    readonly commit: string;
    readonly entries: readonly TreeEntry[];
    readonly directory: string;
}
