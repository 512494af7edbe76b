import { AppError } from "../../../../common/errors.ts";
import type { DeploymentErrorCode } from "../../../../common/schema/deployment.ts";
import type { GitCall } from "../../core/git.ts";
import type { GitContext } from "./context.ts";
import { gitLimits } from "./limits.ts";

/** A file, symlink or submodule of a commit. */
export interface TreeEntry {
    /** `100644`, `100755`, `120000` (a symlink) or `160000` (a submodule). */
    readonly mode: string;
    readonly object: string;
    /** Of a submodule 0. */
    readonly sizeBytes: number;
    readonly path: string;
}

/**
 * What a commit holds; undefined where it is not in the mirror. Throws AppError `invalid` for more files or bytes than
 * `gitLimits` allow, and for a path that must not be written: git itself refuses those too, but in words of its own.
 */
export async function readCommitTree(
    context: GitContext,
    mirror: string,
    commit: string,
    call: GitCall,
): Promise<readonly TreeEntry[] | undefined> {
    const args = [`--git-dir=${mirror}`, "ls-tree", "-r", "-z", "-l", "--full-tree", commit];
    const result = await context.runLocal(args, { ...call, onLine: () => undefined }).catch((error: unknown) => {
        throw error instanceof AppError && error.code === "invalid" ? tooManyFiles() : error;
    });
    if (result.exitCode !== 0) {
        return undefined;
    }
    const entries = parseTree(result.stdout);
    checkSizes(entries);
    checkPaths(entries);
    return entries;
}

/** Reads what `git ls-tree -r -z -l` writes. */
export function parseTree(output: string): readonly TreeEntry[] {
    return output.split("\0").flatMap((row) => {
        const [, mode, object, size, path] = /^(\d{6}) \w+ ([0-9a-f]+) +(\d+|-)\t(.+)$/s.exec(row) ?? [];
        return mode === undefined || object === undefined || path === undefined
            ? []
            : [{ mode, object, sizeBytes: Number(size) || 0, path }];
    });
}

function checkSizes(entries: readonly TreeEntry[]): void {
    if (countAll(entries) > gitLimits.files) {
        throw tooManyFiles();
    }
    const big = entries.find(({ sizeBytes }) => sizeBytes > gitLimits.fileBytes);
    if (big !== undefined) {
        throw refusal("not_supported", `${shown(big.path)} has ${megabytes(big.sizeBytes)} MB`, gitLimits.fileBytes);
    }
    const total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (total > gitLimits.commitBytes) {
        throw refusal("not_supported", `its files have ${megabytes(total)} MB`, gitLimits.commitBytes);
    }
}

/** Files and folders: a folder is another one where the path before lies elsewhere, for git lists folder by folder. */
export function countAll(entries: readonly Pick<TreeEntry, "path">[]): number {
    let count = 0;
    let before = "";
    for (const { path } of entries) {
        count += 1;
        for (
            let end = path.lastIndexOf("/");
            end > 0 && !before.startsWith(path.slice(0, end + 1));
            end = path.lastIndexOf("/", end - 1)
        ) {
            count += 1;
        }
        before = path;
    }
    return count;
}

function tooManyFiles(): AppError {
    return new AppError(
        "invalid",
        `commit: it has more than ${gitLimits.files} files and folders, or very long names; put what is not deployed elsewhere`,
        { details: { errorCode: "not_supported" } },
    );
}

function refusal(errorCode: DeploymentErrorCode, what: string, limit: number): AppError {
    return new AppError(
        "invalid",
        `commit: ${what}, and ${megabytes(limit)} MB are allowed; keep such data outside of the repository`,
        { details: { errorCode } },
    );
}

function megabytes(bytes: number): number {
    return Math.ceil(bytes / (1024 * 1024));
}

/** Names that some file system takes for `.git`, or for the folder above. */
const gitFolder = /^(?:\.git|git~1)[. ]*(?::.*)?$/i;

function checkPaths(entries: readonly TreeEntry[]): void {
    for (const { path } of entries) {
        const names = path.split("/");
        if (names.length > gitLimits.levels) {
            throw pathRefusal("not_supported", path, `has more than ${gitLimits.levels} levels; move it up`);
        }
        if (names.some(isForbiddenName)) {
            throw pathRefusal("not_contained", path, "is not allowed; rename it");
        }
    }
}

function pathRefusal(errorCode: DeploymentErrorCode, path: string, words: string): AppError {
    return new AppError("invalid", `commit: the path ${shown(path)} ${words}`, { details: { errorCode } });
}

/** Whether a folder's or file's name must not be written below a worktree. */
export function isForbiddenName(name: string): boolean {
    return name === "" || name === "." || name === ".." || gitFolder.test(name);
}

/** A path from a repository, as it may stand in a message. */
export function shown(path: string): string {
    const plain = path.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "?");
    return plain.length > 200 ? `${plain.slice(0, 200)}…` : plain;
}
