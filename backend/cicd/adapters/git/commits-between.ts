import type { CommitInfo } from "../../core/git.ts";
import { localCall } from "./command.ts";
import type { GitContext } from "./context.ts";
import { asTime, printable } from "./describe-commit.ts";
import { gitLimits } from "./limits.ts";

const hash = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
/** Cut by git itself: one subject may be larger than all that is read. */
const format = `%H%x00%<(${gitLimits.authorLength},trunc)%an%x00%cI%x00%<(${gitLimits.authorLength},trunc)%s`;
const fields = 4;

/**
 * The commits of `to`'s history that are not in `from`'s, newest first; their message is its first line. Undefined where
 * the mirror does not know one of them, or is too short to tell. Asks nobody outside.
 */
export async function commitsBetween(
    context: GitContext,
    mirror: string,
    shallow: boolean,
    { from, to, most }: { readonly from: string; readonly to: string; readonly most: number },
): Promise<readonly CommitInfo[] | undefined> {
    if (!hash.test(from) || !hash.test(to)) {
        return undefined;
    }
    const git = (args: readonly string[]) => context.runLocal([`--git-dir=${mirror}`, ...args], localCall);
    const base = await git(["merge-base", from, to]);
    if (base.exitCode > 1 || (base.exitCode === 1 && shallow)) {
        return undefined;
    }
    const options = ["-z", "--no-color", "--no-show-signature", `--max-count=${most}`, `--format=${format}`];
    const listed = await git(["log", ...options, `${from}..${to}`, "--"]);
    return listed.exitCode === 0 ? parse(listed.stdout) : undefined;
}

function parse(output: string): readonly CommitInfo[] {
    const parts = output.split("\0");
    const commits: CommitInfo[] = [];
    for (let at = 0; at + fields <= parts.length; at += fields) {
        const [sha = "", author = "", time = "", message = ""] = parts.slice(at, at + fields);
        commits.push({ sha, author: printable(author).trim(), time: asTime(time), message: printable(message).trim() });
    }
    return commits;
}
