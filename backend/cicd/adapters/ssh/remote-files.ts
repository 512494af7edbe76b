import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, open, readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import { randomId } from "../../../platform/crypto/random-id.ts";
import { shellQuote } from "../../commands/shell-quote.ts";
import type { FileInfo, Files } from "../../core/files.ts";
import type { RemoteFiles } from "../../core/remote-machine.ts";
import { containedPath, makeDirectory, preparedPath, realPathInside } from "./contained-path.ts";
import { fileFailure } from "./file-failures.ts";
import type { SshLink } from "./link.ts";
import { readScript } from "./run-script.ts";
import { isDiskFull, isMissing, type Sftp, type Source } from "./sftp.ts";
import { walkRemote } from "./walk-remote.ts";

/** Above this a file's hash is computed there. */
const smallBytes = 256 * 1024;
/** What containers over there write must not fill the memory here. */
const mostTextBytes = 16 * 1024 * 1024;

export interface RemoteFilesOptions {
    readonly link: SshLink;
    /** Makes sure that a local path stays in its root. */
    readonly local: Pick<Files, "inspect">;
}

/** Files on a remote machine, as the user who logs in: `sudo` does not reach SFTP. */
export function createRemoteFiles({ link, local }: RemoteFilesOptions): RemoteFiles {
    /** What is being written, by the session: what is left of one that broke goes with the next. */
    const temporaries = new Map<string, Sftp>();

    /** Errors that are not about the file in question become words for people. */
    async function use<T>(path: string, work: (sftp: Using) => Promise<T>): Promise<T> {
        try {
            const sftp = await link.sftp();
            for (const [temporary, begunIn] of temporaries) {
                if (begunIn !== sftp) {
                    temporaries.delete(temporary);
                    await sftp.unlink(temporary).catch(() => undefined);
                }
            }
            const begun = (temporary: string): void => void temporaries.set(temporary, sftp);
            return await work({ ...sftp, begun, ended: (temporary) => void temporaries.delete(temporary) });
        } catch (error) {
            throw fileFailure(error, { host: link.host, path });
        }
    }
    return { ...reading(link, use), ...writing(link, use), ...crossing(local, use) };
}

/** SFTP's calls, which are told of files that are only there while they are written. */
interface Using extends Sftp {
    readonly begun: (temporary: string) => void;
    readonly ended: (temporary: string) => void;
}

type Use = <T>(path: string, work: (sftp: Using) => Promise<T>) => Promise<T>;

function reading(link: SshLink, use: Use) {
    async function whenThere<T>(path: string, work: (sftp: Sftp) => Promise<T>): Promise<T | undefined> {
        return use(path, async (sftp) => {
            try {
                return await work(sftp);
            } catch (error) {
                if (isMissing(error)) {
                    return undefined;
                }
                throw error;
            }
        });
    }

    return {
        readText: (root, path) =>
            whenThere(path, async (sftp) => {
                const place = await containedPath(sftp, root, path);
                const link = await sftp.lstat(place);
                const found = link.isSymbolicLink() ? await sftp.lstat(await sftp.realpath(place)) : link;
                if (found.isFile() && found.size > mostTextBytes) {
                    throw new AppError("invalid", `${path}: is larger than ${mostTextBytes / 1024 / 1024} MiB`);
                }
                return found.isFile() ? (await sftp.readFile(place)).toString() : undefined;
            }),
        readRegular: (root, path, mostBytes) =>
            whenThere(path, async (sftp) => {
                const place = await containedPath(sftp, root, path);
                const found = await sftp.lstat(place);
                return found.isFile() && found.size <= mostBytes ? (await sftp.readFile(place)).toString() : undefined;
            }),
        inspect: (root, path) =>
            whenThere(path, async (sftp) => inspect(sftp, link, await containedPath(sftp, root, path))),
        readLink: (root, path) =>
            whenThere(path, async (sftp) => {
                const place = await containedPath(sftp, root, path);
                return (await sftp.lstat(place)).isSymbolicLink() ? sftp.readlink(place) : undefined;
            }),
        links: (root) => use(root, async (sftp) => (await walkRemote(sftp, root)).links),
        list: (root) => use(root, async (sftp) => (await walkRemote(sftp, root)).paths),
        realPath: (root, path) => whenThere(path, (sftp) => realPathInside(sftp, root, path)),
        names: async (directory) =>
            (await whenThere(directory, async (sftp) => sftp.readdir(directory)))?.map(({ filename }) => filename) ??
            [],
        freeBytes: (directory) => use(directory, (sftp) => sftp.freeBytes(directory)),
    } satisfies Partial<RemoteFiles>;
}

function writing(link: SshLink, use: Use) {
    return {
        write: (root, path, content, mode = 0o644) =>
            use(path, async (sftp) => {
                const place = await preparedPath(sftp, root, path);
                await replaceBy(sftp, place, (temporary) => sftp.create(temporary, Buffer.from(content), mode));
            }),
        copy: (from, to, path) =>
            use(path, async (sftp) => {
                const source = await containedPath(sftp, from, path);
                const found = await lookAt(sftp, source, path);
                const content = "link" in found ? found : { ...found, source: await sftp.readFile(source) };
                await put(sftp, { root: to, path }, content);
            }),
        remove: (root, path) =>
            use(path, async (sftp) => {
                await removeOne(sftp, root, path);
                await removeEmptyFolders(sftp, root, posix.dirname(path));
            }),
        async removeTree(directory) {
            await readScript(link, `rm -rf -- ${shellQuote([directory])}`, { sudo: false, timeoutSeconds: 300 });
        },
        makeDirectory: (directory) => use(directory, (sftp) => makeDirectory(sftp, directory)),
    } satisfies Partial<RemoteFiles>;
}

/** Between this machine and that one. */
function crossing(local: RemoteFilesOptions["local"], use: Use) {
    return {
        upload: (localRoot, root, path) =>
            use(path, async (sftp) => {
                // Only to have a path refused that leads out of its root.
                await local.inspect(localRoot, path);
                await put(sftp, { root, path }, await readLocal(join(localRoot, path)));
            }),
        download: (root, localRoot, path) =>
            use(path, async (sftp) => {
                await mkdir(localRoot, { recursive: true });
                await local.inspect(localRoot, path);
                const source = await containedPath(sftp, root, path);
                await writeLocal(sftp, source, {
                    place: join(localRoot, path),
                    content: await lookAt(sftp, source, path),
                });
            }),
    } satisfies Partial<RemoteFiles>;
}

/** A symlink's target, or a file. */
type Found = { readonly link: string } | { readonly executable: boolean };
type Content = { readonly link: string } | { readonly source: Source; readonly executable: boolean };

/** Anything else, such as a pipe, might never come to an end. */
async function lookAt(sftp: Sftp, place: string, path: string): Promise<Found> {
    const found = await sftp.lstat(place);
    if (found.isSymbolicLink()) {
        return { link: await sftp.readlink(place) };
    }
    if (!found.isFile()) {
        throw new AppError("invalid", `${path}: is neither a file nor a symlink over there; remove it`, {
            details: { errorCode: "apply_failed" },
        });
    }
    return { executable: (found.mode & 0o111) !== 0 };
}

async function readLocal(place: string): Promise<Content> {
    const found = await lstat(place);
    if (found.isSymbolicLink()) {
        return { link: await readlink(place) };
    }
    return { source: { localPath: place }, executable: (found.mode & 0o111) !== 0 };
}

async function put(sftp: Using, to: { readonly root: string; readonly path: string }, content: Content): Promise<void> {
    const place = await preparedPath(sftp, to.root, to.path);
    await replaceBy(sftp, place, (temporary) =>
        "link" in content
            ? sftp.symlink(content.link, temporary)
            : sftp.create(temporary, content.source, content.executable ? 0o755 : 0o644),
    );
}

async function writeLocal(
    sftp: Sftp,
    source: string,
    { place, content }: { readonly place: string; readonly content: Found },
): Promise<void> {
    await mkdir(dirname(place), { recursive: true });
    const temporary = join(dirname(place), `.${randomId()}.tmp`);
    try {
        if ("link" in content) {
            await symlink(content.link, temporary);
        } else {
            await sftp.fetch(source, temporary);
            await chmod(temporary, content.executable ? 0o755 : 0o644);
            await flush(temporary);
        }
        await rename(temporary, place);
    } catch (error) {
        await rm(temporary, { force: true });
        throw error;
    }
}

async function flush(path: string): Promise<void> {
    const file = await open(path, "r");
    try {
        await file.sync();
    } finally {
        await file.close();
    }
}

async function replaceBy(sftp: Using, place: string, make: (temporary: string) => Promise<unknown>): Promise<void> {
    const temporary = posix.join(posix.dirname(place), `.${randomId()}.tmp`);
    sftp.begun(temporary);
    try {
        await make(temporary);
        await sftp.rename(temporary, place);
        sftp.ended(temporary);
    } catch (error) {
        const isFull = await isDiskFull(sftp, posix.dirname(place), error).catch(() => false);
        await sftp.unlink(temporary).then(
            () => sftp.ended(temporary),
            () => undefined,
        );
        throw isFull ? new Error("no space left on the disk", { cause: error }) : error;
    }
}

async function inspect(sftp: Sftp, link: SshLink, place: string): Promise<FileInfo> {
    const found = await sftp.lstat(place);
    if (found.isSymbolicLink()) {
        return { kind: "link", sha256: sha256(await sftp.readlink(place)), executable: false, sizeBytes: 0 };
    }
    if (!found.isFile()) {
        return { kind: found.isDirectory() ? "directory" : "other", sha256: "", executable: false, sizeBytes: 0 };
    }
    const hash = found.size <= smallBytes ? sha256(await sftp.readFile(place)) : await hashThere(link, place);
    return { kind: "file", sha256: hash, executable: (found.mode & 0o111) !== 0, sizeBytes: found.size };
}

async function hashThere(link: SshLink, place: string): Promise<string> {
    const script = `sha256sum <${shellQuote([place])}`;
    const { stdout } = await readScript(link, script, { sudo: false, timeoutSeconds: 600 });
    return stdout.slice(0, 64);
}

function sha256(content: string | Buffer): string {
    return createHash("sha256").update(content).digest("hex");
}

async function removeOne(sftp: Sftp, root: string, path: string): Promise<void> {
    try {
        const place = await containedPath(sftp, root, path);
        await ((await sftp.lstat(place)).isDirectory() ? sftp.rmdir(place) : sftp.unlink(place));
    } catch (error) {
        if (!isMissing(error)) {
            throw error;
        }
    }
}

async function removeEmptyFolders(sftp: Sftp, root: string, folder: string): Promise<void> {
    if (folder === "." || folder === "") {
        return;
    }
    try {
        await sftp.rmdir(await containedPath(sftp, root, folder));
    } catch {
        // Not empty, or already gone: nothing above it can be empty either.
        return;
    }
    await removeEmptyFolders(sftp, root, posix.dirname(folder));
}
