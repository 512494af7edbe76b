import { AppError } from "../../../../common/errors.ts";
import type { CommitInfo, WantedRef } from "../../core/git.ts";
import { localCall } from "./command.ts";
import { describeCommit } from "./describe-commit.ts";
import type { GitContext } from "./context.ts";

const hash = /^[0-9a-f]{7,64}$/;
/** Of the branches or tags that there are, the newest, in a message. */
const shownRefs = 10;

async function git(context: GitContext, mirror: string, args: readonly string[]) {
    return context.runLocal([`--git-dir=${mirror}`, ...args], localCall);
}

/** The commit that a branch or tag means in the mirror. Throws `invalid` (`branch_missing`) where there is none. */
export async function findHead(context: GitContext, mirror: string, ref: WantedRef): Promise<string> {
    const fullRef = "branch" in ref ? `refs/heads/${ref.branch}` : `refs/tags/${ref.tag}`;
    const found = await git(context, mirror, [
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        `${fullRef}^{commit}`,
    ]);
    if (found.exitCode !== 0) {
        throw await refMissing(context, mirror, ref);
    }
    return found.stdout.trim();
}

/** The head of a ref, or the commit that is asked for, which must be in the head's history. */
export async function resolve(
    context: GitContext,
    mirror: string,
    { ref, head, commit }: { readonly ref: WantedRef; readonly head: string; readonly commit: string | undefined },
    askOnRef: (head: string, commit: string) => Promise<string | undefined>,
): Promise<CommitInfo> {
    if (commit === undefined) {
        return describeCommit(context, mirror, head);
    }
    const wanted = hash.test(commit) ? await askOnRef(head, commit) : undefined;
    if (wanted === undefined) {
        const what = "branch" in ref ? `branch ${ref.branch}` : `tag ${ref.tag}`;
        throw missing("commit_missing", `commit: ${commit} is not on ${what}; check the hash, or choose its branch`);
    }
    return describeCommit(context, mirror, wanted);
}

async function refMissing(context: GitContext, mirror: string, ref: WantedRef): Promise<AppError> {
    const [kind, name, folder] = "branch" in ref ? ["branch", ref.branch, "heads"] : ["tag", ref.tag, "tags"];
    const args = ["for-each-ref", "--sort=-creatordate", "--format=%(refname)", `--count=${shownRefs}`];
    const listed = await git(context, mirror, [...args, `refs/${folder}/`]);
    const names = listed.stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => line.slice(`refs/${folder}/`.length));
    const wayOut = names.length === 0 ? "choose another" : `use one of: ${names.join(", ")}`;
    return missing(
        "branch_missing",
        `${kind}: the repository has no ${kind} ${name} (any more); push it, or ${wayOut}`,
    );
}

/** The one commit that an abbreviated or full hash means in the history of `head`; undefined where there is none yet. */
export async function findOnRef(
    context: GitContext,
    mirror: string,
    head: string,
    commit: string,
): Promise<string | undefined> {
    const candidates = await git(context, mirror, ["rev-parse", `--disambiguate=${commit}`]);
    const onRef: string[] = [];
    for (const candidate of candidates.stdout.split("\n").filter((line) => line !== "")) {
        if ((await compare(context, mirror, candidate, head)) === "yes") {
            onRef.push(candidate);
        }
    }
    return onRef.length === 1 ? onRef[0] : undefined;
}

/**
 * Whether one commit is in the history of the other, or is it. Undefined where the end of a shallow mirror lies in the
 * way of an answer.
 */
export async function isAncestor(
    context: GitContext,
    mirror: string,
    shallow: boolean,
    ancestor: string,
    commit: string,
): Promise<boolean | undefined> {
    if (!hash.test(ancestor) || !hash.test(commit)) {
        return false;
    }
    const answer = await compare(context, mirror, ancestor, commit);
    if (answer === "yes" || !shallow) {
        return answer === "yes";
    }
    // No history runs in a circle: what comes after a commit is not in its past, however short the mirror is.
    const after = answer === "no" && (await compare(context, mirror, commit, ancestor)) === "yes";
    return after ? false : undefined;
}

async function compare(
    context: GitContext,
    mirror: string,
    ancestor: string,
    commit: string,
): Promise<"yes" | "no" | "unknown"> {
    const { exitCode } = await git(context, mirror, ["merge-base", "--is-ancestor", ancestor, commit]);
    if (exitCode === 0) {
        return "yes";
    }
    return exitCode === 1 ? "no" : "unknown";
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
