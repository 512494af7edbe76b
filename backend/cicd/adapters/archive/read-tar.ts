import { Header } from "tar";
import { AppError } from "../../../../common/errors.ts";
import { createByteReader, type ByteReader } from "./byte-reader.ts";
import { blockBytes, paddingBytes } from "./tar-blocks.ts";

/** An entry, before its content is read. */
export interface TarEntry {
    readonly kind: "file" | "folder" | "link";
    readonly path: string;
    /** What a symlink points to. */
    readonly target: string;
    readonly mode: number;
    readonly mtime: Date | undefined;
    readonly bytes: number;
}

/** Longer than any path. */
const longestName = 64 * 1024;

const kinds: Readonly<Record<string, TarEntry["kind"]>> = {
    File: "file",
    OldFile: "file",
    Directory: "folder",
    SymbolicLink: "link",
};

/**
 * Reads the archives that are made here, one entry after the other: `take` has to read the whole content. Throws AppError
 * `invalid` for what is no such archive, is cut off or damaged, or holds anything but files, folders and symlinks.
 */
export async function readTar(
    source: AsyncIterable<Buffer>,
    take: (entry: TarEntry, content: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
    const bytes = createByteReader(source);
    for (let header = await nextHeader(bytes); header !== undefined; header = await nextHeader(bytes)) {
        const entry = await readEntry(bytes, header);
        await take(entry, bytes.stream(entry.bytes));
        await bytes.exactly(paddingBytes(entry.bytes));
    }
    await bytes.exactly(blockBytes);
    if (await bytes.hasMore()) {
        throw broken();
    }
}

async function nextHeader(bytes: ByteReader): Promise<Header | undefined> {
    const header = new Header(await bytes.exactly(blockBytes));
    if (header.nullBlock) {
        return undefined;
    }
    if (!header.cksumValid) {
        throw broken();
    }
    return header;
}

async function readEntry(bytes: ByteReader, first: Header): Promise<TarEntry> {
    const names: { path?: string; target?: string } = {};
    let header: Header | undefined = first;
    while (header?.type === "NextFileHasLongPath" || header?.type === "NextFileHasLongLinkpath") {
        names[header.type === "NextFileHasLongPath" ? "path" : "target"] = await readName(bytes, header.size ?? 0);
        header = await nextHeader(bytes);
    }
    return { ...entryOf(header), ...names };
}

function entryOf(header: Header | undefined): TarEntry {
    const kind = header && kinds[header.type];
    if (header === undefined || kind === undefined) {
        throw broken();
    }
    const { path = "", linkpath: target = "", mode = 0, mtime, size = 0 } = header;
    return { kind, path, target, mode: mode & 0o777, mtime, bytes: kind === "file" ? size : 0 };
}

async function readName(bytes: ByteReader, length: number): Promise<string> {
    if (length > longestName) {
        throw broken();
    }
    const text = await bytes.exactly(length);
    await bytes.exactly(paddingBytes(length));
    const end = text.indexOf(0);
    return text.toString("utf8", 0, end < 0 ? length : end);
}

function broken(): AppError {
    return new AppError("invalid", "the archive is broken, or none that was made here");
}
