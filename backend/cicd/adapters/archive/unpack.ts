import { open, utimes, type FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { AppError } from "../../../../common/errors.ts";
import { describeBytes } from "../../core/byte-size.ts";
import type { JobArchives } from "../../core/job-archive.ts";
import { openRoot } from "./folder.ts";
import { staysInside } from "./link-target.ts";
import { createOpenFolders, type OpenFolders } from "./open-folders.ts";
import { putEntry } from "./put-entry.ts";
import { readTar, type TarEntry } from "./read-tar.ts";
import { inWords, systemCode } from "./system-error.ts";
import { blockBytes } from "./tar-blocks.ts";

type UnpackInput = Parameters<JobArchives["unpack"]>[0];

/** More than is ever packed by this server; an archive may lie about what is in it. */
export interface UnpackLimits {
    /** Of all files together. */
    readonly mostBytes: number;
    readonly mostEntries: number;
}

const mostLevels = 300;

/** Puts an archive's files into a folder; see the port. */
export async function unpack(limits: UnpackLimits, input: UnpackInput): Promise<boolean> {
    const archive = await openArchive(input.archive);
    if (archive === undefined) {
        return false;
    }
    try {
        await readInto(limits, archive, input);
        const now = new Date();
        await utimes(input.archive, now, now).catch(() => undefined);
        return true;
    } catch (error) {
        input.signal.throwIfAborted();
        throw inWords(error);
    } finally {
        await archive.close();
    }
}

async function openArchive(path: string): Promise<FileHandle | undefined> {
    try {
        return await open(path, "r");
    } catch (error) {
        if (systemCode(error) === "ENOENT") {
            return undefined;
        }
        throw inWords(error);
    }
}

async function readInto(limits: UnpackLimits, archive: FileHandle, input: UnpackInput): Promise<void> {
    const folders = createOpenFolders(await openRoot(input.into));
    const check = createCheck(limits);
    let reading: Promise<void> = Promise.resolve();
    const readAll = (bytes: AsyncIterable<Buffer>): Promise<void> => {
        reading = readTar(bytes, async (entry, content) => {
            check(entry);
            await take(folders, entry, content, input);
        });
        return reading;
    };
    const source = archive.createReadStream({ autoClose: false });
    const { signal } = input;
    try {
        await (input.archive.endsWith(".gz")
            ? pipeline(source, createGunzip(), readAll, { signal })
            : pipeline(source, readAll, { signal }));
    } finally {
        // Not a folder is closed that something is still put into: the next that is opened takes its number.
        await reading.catch(() => undefined);
        await folders.close();
    }
}

function createCheck({ mostBytes, mostEntries }: UnpackLimits): (entry: TarEntry) => void {
    let bytes = 0;
    let entries = 0;
    return (entry) => {
        bytes += entry.bytes + blockBytes;
        entries += 1;
        if (bytes > mostBytes) {
            throw new AppError("invalid", `the archive holds more than ${describeBytes(mostBytes)}`);
        }
        if (entries > mostEntries) {
            throw new AppError("invalid", `the archive holds more than ${mostEntries} files`);
        }
    };
}

async function take(
    folders: OpenFolders,
    entry: TarEntry,
    content: AsyncIterable<Buffer>,
    { asTheyWere = false, signal }: UnpackInput,
): Promise<void> {
    signal.throwIfAborted();
    const parts = partsOf(entry.path);
    if (isLeftOut(parts, entry, asTheyWere)) {
        await passOver(content);
        return;
    }
    await putEntry(folders, parts, entry, content);
}

/** Throws AppError `invalid` for a path that is not one below the folder. */
function partsOf(path: string): readonly string[] {
    const parts = path.replace(/\/$/, "").split("/");
    if (parts.length > mostLevels || parts.some((part) => ["", ".", ".."].includes(part)) || path.includes("\0")) {
        throw new AppError("invalid", `${JSON.stringify(path)} in the archive is no path below the folder`);
    }
    return parts;
}

function isLeftOut(parts: readonly string[], { kind, path, target }: TarEntry, asTheyWere: boolean): boolean {
    if (isGit(parts[0])) {
        return true;
    }
    return !asTheyWere && (parts.some(isGit) || (kind === "link" && !staysInside(path, target)));
}

/** Some file systems do not tell small from capital letters. */
function isGit(name: string | undefined): boolean {
    return name?.toLowerCase() === ".git";
}

async function passOver(content: AsyncIterable<Buffer>): Promise<void> {
    const pieces = content[Symbol.asyncIterator]();
    while ((await pieces.next()).done !== true);
}
