import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import { removeTree } from "../../../platform/disk/remove-tree.ts";
import type { GitCall } from "../../core/git.ts";
import { checkConversions, filesWithFilter } from "./attributes.ts";
import type { GitContext } from "./context.ts";
import { diskFull } from "./failures.ts";
import { placeLargeFiles } from "./lfs.ts";
import type { Worktree } from "./worktree-place.ts";

/**
 * Writes the files of a commit into an empty directory. No `.git` is left in it: its content would differ in each
 * directory, and so change every image that copies its whole context. The index is used for this one call only.
 */
export async function writeWorktree(context: GitContext, worktree: Worktree, call: GitCall): Promise<void> {
    const { directory } = worktree;
    await mkdir(directory, { recursive: true });
    if ((await readdir(directory)).length > 0) {
        throw new AppError("conflict", `directory: ${directory} is not empty; remove it first`);
    }
    const scratch = await context.scratchFile(`checkout-${randomBytes(8).toString("hex")}`);
    await mkdir(scratch);
    try {
        const index = join(scratch, "index");
        await checkConversions(context, worktree, index, call, () => readTree(context, worktree, index, [], call));
        await readTree(context, worktree, index, ["--reset", "-u"], call);
        if (!(await hasUsualModes(scratch))) {
            await fixModes(directory);
        }
        await placeLargeFiles(context, worktree, await filesWithFilter(context, worktree, index, "lfs", call), call);
    } finally {
        await rm(scratch, { recursive: true, force: true });
    }
}

async function readTree(
    context: GitContext,
    { mirror, directory, commit }: Worktree,
    index: string,
    options: readonly string[],
    call: GitCall,
): Promise<void> {
    const args = [`--git-dir=${mirror}`, `--work-tree=${directory}`, "read-tree", ...options, commit];
    const result = await context.runLocal(args, call, { directory, environment: { GIT_INDEX_FILE: index } });
    if (result.exitCode !== 0) {
        throw checkoutFailed(commit, result.stderrTail);
    }
}

/** Whether what this process makes gets the usual modes (umask 022), as a folder that it has just made shows. */
async function hasUsualModes(folder: string): Promise<boolean> {
    return ((await stat(folder)).mode & 0o777) === 0o755;
}

/** Never fails for a directory that is gone. */
export async function removeWorktree(directory: string): Promise<void> {
    await removeTree(directory);
}

/** Folders 0755, files 0755 or 0644: under another umask an image would get files that its user cannot read. */
async function fixModes(directory: string): Promise<void> {
    await chmod(directory, 0o755);
    for (const entry of await readdir(directory, { withFileTypes: true })) {
        const path = join(directory, entry.name);
        if (entry.isDirectory()) {
            await fixModes(path);
        } else if (entry.isFile()) {
            await fixFileMode(path);
        }
    }
}

async function fixFileMode(path: string): Promise<void> {
    const { mode } = await stat(path);
    await chmod(path, (mode & 0o100) === 0 ? 0o644 : 0o755);
}

function checkoutFailed(commit: string, words: string): AppError {
    if (diskFull.test(words)) {
        return new AppError("unavailable", "The disk of the data directory is full; free some space", {
            details: { errorCode: "disk_full" },
        });
    }
    // Git's own list of names that must not be written is longer than ours: names that macOS or Windows take for .git.
    if (/invalid path '/.test(words)) {
        return new AppError("invalid", `commit: ${commit} has a path that git refuses (${words}); rename it`, {
            details: { errorCode: "not_contained" },
        });
    }
    return commitMissing(commit, words);
}

export function commitMissing(commit: string, reason: string): AppError {
    return new AppError(
        "invalid",
        `commit: ${commit} cannot be checked out (${reason}); fetch again, or choose another`,
        { details: { errorCode: "commit_missing" } },
    );
}
