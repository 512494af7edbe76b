import { AppError } from "../../../../common/errors.ts";
import type { CommitInfo, WantedRef } from "../../core/git.ts";
import { localCall } from "./command.ts";
import type { GitContext } from "./context.ts";

const hash = /^[0-9a-f]{7,64}$/;

async function git(context: GitContext, mirror: string, args: readonly string[]) {
    return context.runLocal([`--git-dir=${mirror}`, ...args], localCall);
}

/** The commit of a ref, or the one that is asked for, which must be in the ref's history. */
export async function resolve(
    context: GitContext,
    mirror: string,
    ref: WantedRef,
    commit: string | undefined,
): Promise<CommitInfo> {
    const fullRef = "branch" in ref ? `refs/heads/${ref.branch}` : `refs/tags/${ref.tag}`;
    const what = "branch" in ref ? `branch ${ref.branch}` : `tag ${ref.tag}`;
    const found = await git(context, mirror, [
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        `${fullRef}^{commit}`,
    ]);
    if (found.exitCode !== 0) {
        throw missing(
            "branch_missing",
            `${what.split(" ")[0]}: the repository has no ${what}; push it, or choose another`,
        );
    }
    const head = found.stdout.trim();
    const wanted = commit === undefined ? head : await findOnRef(context, mirror, head, commit);
    if (wanted === undefined) {
        throw missing(
            "commit_missing",
            `commit: ${commit ?? ""} is not on ${what}; check the hash, or choose its branch`,
        );
    }
    return describe(context, mirror, wanted);
}

/** The one commit that an abbreviated or full hash means in the history of `head`. */
async function findOnRef(
    context: GitContext,
    mirror: string,
    head: string,
    commit: string,
): Promise<string | undefined> {
    if (!hash.test(commit)) {
        return undefined;
    }
    const candidates = await git(context, mirror, ["rev-parse", `--disambiguate=${commit}`]);
    const onRef: string[] = [];
    for (const candidate of candidates.stdout.split("\n").filter((line) => line !== "")) {
        if (await isAncestor(context, mirror, candidate, head)) {
            onRef.push(candidate);
        }
    }
    return onRef.length === 1 ? onRef[0] : undefined;
}

async function describe(context: GitContext, mirror: string, commit: string): Promise<CommitInfo> {
    const format = "--format=%H%x00%an%x00%cI%x00%B";
    const shown = await git(context, mirror, ["log", "-1", "--no-color", "--no-show-signature", format, commit, "--"]);
    const [sha = commit, author = "", time = "", message = ""] = shown.stdout.split("\0");
    return { sha, author, message: message.trim(), time: new Date(time).toISOString() };
}

/** Whether one commit is in the history of the other, or is it. False for unknown commits. */
export async function isAncestor(
    context: GitContext,
    mirror: string,
    ancestor: string,
    commit: string,
): Promise<boolean> {
    if (!hash.test(ancestor) || !hash.test(commit)) {
        return false;
    }
    return (await git(context, mirror, ["merge-base", "--is-ancestor", ancestor, commit])).exitCode === 0;
}

/** Paths that differ between two commits, both names of a renamed file; undefined when one is unknown. */
export async function changedFiles(
    context: GitContext,
    mirror: string,
    from: string,
    to: string,
): Promise<readonly string[] | undefined> {
    if (!hash.test(from) || !hash.test(to)) {
        return undefined;
    }
    const args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", from, to, "--"];
    const result = await git(context, mirror, args);
    return result.exitCode === 0 ? names(result.stdout) : undefined;
}

/** All paths of a commit, sorted. */
export async function listFiles(context: GitContext, mirror: string, commit: string): Promise<readonly string[]> {
    const known = hash.test(commit);
    const args = ["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit];
    const result = known ? await git(context, mirror, args) : undefined;
    if (result?.exitCode !== 0) {
        throw missing("commit_missing", `commit: ${commit} is not in the repository; fetch again, or choose another`);
    }
    return [...names(result.stdout)].sort();
}

/** A file's text, symlinks inside the repository followed; undefined where there is none. */
export async function readFile(
    context: GitContext,
    mirror: string,
    commit: string,
    path: string,
): Promise<string | undefined> {
    if (!hash.test(commit) || /[\n\0]/.test(path) || path === "") {
        return undefined;
    }
    const result = await context.runLocal(
        [`--git-dir=${mirror}`, "cat-file", "--batch", "--follow-symlinks"],
        localCall,
        { input: `${commit}:${path}\n` },
    );
    const headEnd = result.stdout.indexOf("\n");
    const isFile = /^[0-9a-f]+ blob \d+$/.test(result.stdout.slice(0, headEnd));
    return result.exitCode === 0 && isFile ? result.stdout.slice(headEnd + 1, -1) : undefined;
}

function names(output: string): readonly string[] {
    return output.split("\0").filter((name) => name !== "");
}

function missing(errorCode: "branch_missing" | "commit_missing", message: string): AppError {
    return new AppError("invalid", message, { details: { errorCode } });
}
