import type { CommitInfo, Git, GitRemote } from "../../backend/cicd/core/git.ts";

export interface FakeGit extends Git {
    readonly fetched: GitRemote[];
    /** What refs lead to. */
    commit: CommitInfo;
    /** Thrown by `fetch`. */
    failure: Error | undefined;
    /** Paths that differ between any two commits; undefined where one is unknown. */
    changed: readonly string[] | undefined;
    /** `<ancestor> <commit>` for every pair that lies in one history. */
    readonly history: Set<string>;
}

/** A remote that is not there: whatever is asked for leads to one commit. */
export function createFakeGit(): FakeGit {
    const fetched: GitRemote[] = [];
    const history = new Set<string>();
    const git: FakeGit = {
        fetched,
        history,
        commit: { sha: "a".repeat(40), message: "Fix it\n\nall", author: "Ada", time: "2026-01-31T12:00:00.000Z" },
        failure: undefined,
        changed: ["compose.yaml"],
        checkAddress: () => undefined,
        listRemote: async () => ({ branches: [], tags: [], defaultBranch: "main" }),
        async fetch(remote) {
            fetched.push(remote);
            if (git.failure !== undefined) {
                throw git.failure;
            }
        },
        resolve: async (_remote, _ref, commit) => ({ ...git.commit, sha: commit ?? git.commit.sha }),
        isAncestor: async (_remote, ancestor, commit) => history.has(`${ancestor} ${commit}`),
        changedFiles: async () => git.changed,
        commitsBetween: async () => [],
        addWorktree: async () => undefined,
        removeWorktree: async () => undefined,
        listFiles: async () => [],
        readFile: async () => undefined,
        use: (_url, work) => work(),
        forget: async () => undefined,
    };
    return git;
}
