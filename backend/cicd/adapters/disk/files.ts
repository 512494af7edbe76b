import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import {
    chmod,
    copyFile,
    lstat,
    mkdir,
    open,
    readFile,
    readlink,
    realpath,
    rename,
    rm,
    rmdir,
    statfs,
    symlink,
} from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { AppError } from "../../../../common/errors.ts";
import { removeTree } from "../../../platform/disk/remove-tree.ts";
import type { FileInfo, Files } from "../../core/files.ts";
import { listFiles, listLinks, namesIn } from "./list-files.ts";
import { readRegular } from "./read-regular.ts";

/** Read at once: a stream costs more than such a file does. */
const smallBytes = 1024 * 1024;

/** Files through Node's own file system calls. */
export const diskFiles: Files = {
    async readText(root, path) {
        return whenThere(async () => readFile(await safePath(root, path), "utf8"));
    },
    async readRegular(root, path, mostBytes) {
        return whenThere(() => readRegular(() => safePath(root, path), mostBytes));
    },
    async inspect(root, path) {
        return whenThere(async () => inspectFile(await safePath(root, path)));
    },
    async readLink(root, path) {
        return whenThere(async () => readlink(await safePath(root, path)));
    },
    list: listFiles,
    links: listLinks,
    async write(root, path, content, mode = 0o644) {
        const target = await preparedPath(root, path);
        await replaceBy(target, async (temporary) => {
            const file = await open(temporary, "wx", mode);
            try {
                await file.writeFile(content);
                await file.sync();
            } finally {
                await file.close();
            }
        });
    },
    async copy(from, to, path) {
        const source = await safePath(from, path);
        const target = await preparedPath(to, path);
        const found = await lstat(source);
        await replaceBy(target, async (temporary) => {
            if (found.isSymbolicLink()) {
                await symlink(await readlink(source), temporary);
                return;
            }
            await copyFile(source, temporary);
            await chmod(temporary, (found.mode & 0o111) === 0 ? 0o644 : 0o755);
        });
    },
    async remove(root, path) {
        await whenThere(async () => removeOne(await safePath(root, path)));
        await removeEmptyFolders(root, dirname(path));
    },
    removeTree,
    async makeDirectory(directory) {
        await mkdir(directory, { recursive: true });
    },
    async realPath(root, path) {
        return whenThere(async () => {
            refuseNul(path);
            const base = await realpath(root);
            const found = await realpath(join(base, path));
            return isInside(base, found) ? relative(base, found).split(sep).join("/") : undefined;
        });
    },
    names: namesIn,
    async freeBytes(directory) {
        const { bavail, bsize } = await statfs(directory);
        return bavail * bsize;
    },
};

async function inspectFile(path: string): Promise<FileInfo> {
    const found = await lstat(path);
    if (found.isSymbolicLink()) {
        const sha256 = createHash("sha256")
            .update(await readlink(path))
            .digest("hex");
        return { kind: "link", sha256, executable: false, sizeBytes: 0 };
    }
    if (!found.isFile()) {
        return { kind: found.isDirectory() ? "directory" : "other", sha256: "", executable: false, sizeBytes: 0 };
    }
    const hash = createHash("sha256");
    if (found.size <= smallBytes) {
        hash.update(await readFile(path));
    } else {
        await pipeline(createReadStream(path), hash);
    }
    return {
        kind: "file",
        sha256: hash.digest("hex"),
        executable: (found.mode & 0o111) !== 0,
        sizeBytes: found.size,
    };
}

/** The absolute path, after making sure that no folder on the way leads out of the root. */
async function safePath(root: string, path: string): Promise<string> {
    refuseNul(path);
    const base = await realpath(root);
    const wanted = resolve(base, path);
    if (!isInside(base, wanted) || wanted === base) {
        throw outside(path);
    }
    const parent = await realpath(dirname(wanted));
    if (!isInside(base, parent)) {
        throw outside(path);
    }
    return join(parent, wanted.slice(dirname(wanted).length + 1));
}

/** Like `safePath`, after making the folders on the way one by one, so that none is made outside the root. */
async function preparedPath(root: string, path: string): Promise<string> {
    // Mostly they are there: of 100,000 files only the first of each folder needs more than this.
    const there = await whenThere(async () => safePath(root, path));
    if (there !== undefined) {
        return there;
    }
    await mkdir(root, { recursive: true });
    const folders = path.split("/").slice(0, -1);
    let walked = "";
    for (const folder of folders) {
        walked = walked === "" ? folder : `${walked}/${folder}`;
        await mkdir(await safePath(root, walked), { recursive: true });
    }
    return safePath(root, path);
}

async function replaceBy(target: string, make: (temporary: string) => Promise<void>): Promise<void> {
    // Not the target's own name with something added: that may be as long as a name can be.
    const temporary = join(dirname(target), `.${randomBytes(6).toString("hex")}.tmp`);
    try {
        await make(temporary);
        await rename(temporary, target);
    } catch (error) {
        await rm(temporary, { force: true });
        throw error;
    }
}

async function removeOne(path: string): Promise<void> {
    const found = await lstat(path);
    await (found.isDirectory() ? rmdir(path) : rm(path));
}

async function removeEmptyFolders(root: string, folder: string): Promise<void> {
    if (folder === "." || folder === "") {
        return;
    }
    try {
        await rmdir(await safePath(root, folder));
    } catch {
        // Not empty, or already gone: nothing above it can be empty either.
        return;
    }
    await removeEmptyFolders(root, dirname(folder));
}

function isInside(root: string, path: string): boolean {
    return path === root || path.startsWith(root + sep);
}

/** Node's own calls throw a TypeError for it, which says nothing of the file that names such a path. */
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

const absenceCodes: readonly unknown[] = ["ENOENT", "EINVAL", "ENXIO", "ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG"];

function isAbsence(code: unknown): boolean {
    return absenceCodes.includes(code);
}

async function whenThere<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
        return await read();
    } catch (error) {
        if (error instanceof Error && "code" in error && isAbsence(error.code)) {
            return undefined;
        }
        throw error;
    }
}
