import { AppError } from "../../../../common/errors.ts";
import type { CommitInfo } from "../../core/git.ts";
import { localCall } from "./command.ts";
import type { GitContext } from "./context.ts";
import { gitLimits } from "./limits.ts";

/** Hash, message, author and time of a commit, cut to a length that can be stored and shown. */
export async function describeCommit(context: GitContext, mirror: string, commit: string): Promise<CommitInfo> {
    const shown = await show(context, mirror, commit, "%H%x00%an%x00%cI%x00%B").catch((error: unknown) => {
        if (error instanceof AppError && error.code === "invalid") {
            // Its message or author alone is larger than anything that is read.
            return commit;
        }
        throw error;
    });
    const [sha = commit, author = "", time = "", message = ""] = shown.split("\0");
    return {
        sha,
        author: printable(author.slice(0, gitLimits.authorLength)).replace(/[\n\t]/g, " "),
        message: printable(message.slice(0, gitLimits.messageLength)).trim(),
        time: asTime(time),
    };
}

async function show(context: GitContext, mirror: string, commit: string, format: string): Promise<string> {
    const args = ["log", "-1", "--no-color", "--no-show-signature", `--format=${format}`, commit, "--"];
    return (await context.runLocal([`--git-dir=${mirror}`, ...args], localCall)).stdout;
}

/** Without control characters, which would colour or move a terminal, but for line ends and tabs. */
export function printable(text: string): string {
    return text.replace(/(?![\n\t])\p{Cc}/gu, "");
}

/** A commit may give any number for its time. */
export function asTime(text: string): string {
    const time = new Date(text);
    return (Number.isNaN(time.getTime()) ? new Date(0) : time).toISOString();
}
