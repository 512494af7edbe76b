import { copyFile, lstat, mkdir, readlink, realpath, symlink } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import { filesAtOnce, mapAtOnce } from "../../core/at-once.ts";
import { isInnerPath } from "../../../../common/schema/build-config.ts";

/**
 * Copies regular files (with their modes) and symlinks (as they are) from one directory into another. Throws AppError
 * `invalid` (details `not_contained`) for a path that leaves the source directory, also through a symlink on its way.
 */
export async function copyReleaseFiles(from: string, to: string, paths: readonly string[]): Promise<void> {
    const root = await realpath(from);
    await mapAtOnce(paths, filesAtOnce, (path) => copyOne(root, to, path));
}

async function copyOne(root: string, to: string, path: string): Promise<void> {
    if (!isInnerPath(path) || !(await liesWithin(root, dirname(join(root, path))))) {
        throw refused(path, "leaves the directory");
    }
    const source = join(root, path);
    const target = join(to, path);
    const info = await lstat(source);
    await mkdir(dirname(target), { recursive: true });
    if (info.isSymbolicLink()) {
        await symlink(await readlink(source), target);
        return;
    }
    if (!info.isFile()) {
        throw refused(path, "is neither a file nor a symlink");
    }
    await copyFile(source, target);
}

async function liesWithin(root: string, directory: string): Promise<boolean> {
    const real = await realpath(directory);
    return real === root || real.startsWith(root + sep);
}

function refused(path: string, reason: string): AppError {
    return new AppError("invalid", `release: "${path}" ${reason}; remove it from the repository`, {
        details: { errorCode: "not_contained" },
    });
}
