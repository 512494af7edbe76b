/** Where one deployment works: made at its start, removed after it. Absolute paths. */
export interface Workspace {
    readonly root: string;
    /** The commit, checked out. */
    readonly worktree: string;
    /** HOME of the user's commands. */
    readonly home: string;
}

/** The layout of a workspace: `workspaces/<stack>-<commit>-<deployment or pipeline>`. */
export function workspaceName(stack: string, commit: string, ownerId: string): string {
    return `${stack}-${commit.slice(0, 12)}-${ownerId}`;
}

export function workspaceAt(root: string): Workspace {
    return { root, worktree: `${root}/worktree`, home: `${root}/home` };
}
