import { posix } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import { isMissing, type Sftp } from "./sftp.ts";

/** The absolute path below a root there, after making sure that no folder on the way leads out of the root. */
export async function containedPath(sftp: Sftp, root: string, path: string): Promise<string> {
    refuseNul(path);
    const wanted = posix.join(root, path);
    // Both at once: every question is a round trip.
    const [base, parent] = await Promise.all([sftp.realpath(root), sftp.realpath(posix.dirname(wanted))]);
    if (posix.isAbsolute(path) || !isInside(base, parent) || posix.relative(root, wanted) === "") {
        throw outside(path);
    }
    return posix.join(parent, posix.basename(wanted));
}

/** Like `containedPath`, after making the folders on the way one by one, so that none is made outside the root. */
export async function preparedPath(sftp: Sftp, root: string, path: string): Promise<string> {
    try {
        return await existingPath(sftp, root, path);
    } catch (error) {
        if (!isMissing(error)) {
            throw error;
        }
    }
    await makeDirectory(sftp, root);
    let walked = "";
    for (const folder of path.split("/").slice(0, -1)) {
        walked = walked === "" ? folder : `${walked}/${folder}`;
        await makeDirectory(sftp, await containedPath(sftp, root, walked));
    }
    return containedPath(sftp, root, path);
}

/** Servers resolve also what is not there: only a look at the folder tells. */
async function existingPath(sftp: Sftp, root: string, path: string): Promise<string> {
    const found = await containedPath(sftp, root, path);
    await sftp.lstat(posix.dirname(found));
    return found;
}

/** Makes a folder and those above it; fine where it is there. */
export async function makeDirectory(sftp: Sftp, directory: string): Promise<void> {
    if (await isThere(sftp, directory)) {
        return;
    }
    await makeDirectory(sftp, posix.dirname(directory));
    try {
        await sftp.mkdir(directory);
    } catch (error) {
        if (!(await isThere(sftp, directory))) {
            throw error;
        }
    }
}

/** Where a path below a root really lies, relative to the root; undefined when outside. Throws where it is missing. */
export async function realPathInside(sftp: Sftp, root: string, path: string): Promise<string | undefined> {
    refuseNul(path);
    const base = await sftp.realpath(root);
    const found = await sftp.realpath(posix.join(base, path));
    await sftp.lstat(found);
    return isInside(base, found) ? posix.relative(base, found) : undefined;
}

async function isThere(sftp: Sftp, path: string): Promise<boolean> {
    try {
        await sftp.lstat(path);
        return true;
    } catch (error) {
        if (isMissing(error)) {
            return false;
        }
        throw error;
    }
}

function isInside(root: string, path: string): boolean {
    return path === root || path.startsWith(root === "/" ? "/" : `${root}/`);
}

function refuseNul(path: string): void {
    if (path.includes("\0")) {
        throw outside(path.replaceAll("\0", "\\0"));
    }
}

function outside(path: string): AppError {
    return new AppError("invalid", `The path ${path} leads out of its folder, through "..", or a symlink on the way.`, {
        details: { errorCode: "not_contained" },
    });
}
