import { Header, type HeaderData } from "tar";

/** What tar files are made of. */
export const blockBytes = 512;

/** What stands before an entry's content: its header, after its full names where a header has no room for them. */
export function headerBlocks(entry: HeaderData & { readonly path: string }): Buffer {
    const header = new Header({ ...entry, uid: 0, gid: 0 });
    // The older way of telling long names: the newer one cannot carry line ends.
    const isCut = header.encode();
    const path = isCut ? namedBlocks("NextFileHasLongPath", entry.path) : [];
    const link = isCut && entry.linkpath !== undefined ? namedBlocks("NextFileHasLongLinkpath", entry.linkpath) : [];
    return Buffer.concat([...link, ...path, blockOf(header)]);
}

function namedBlocks(type: "NextFileHasLongPath" | "NextFileHasLongLinkpath", name: string): readonly Buffer[] {
    const text = Buffer.from(`${name}\0`);
    const header = new Header({ path: "././@LongLink", mode: 0o644, uid: 0, gid: 0, size: text.length, type });
    header.encode();
    return [blockOf(header), text, padding(text.length)];
}

function blockOf({ block }: Header): Buffer {
    return block ?? Buffer.alloc(blockBytes);
}

/** How much is missing to a content's last block. */
export function paddingBytes(bytes: number): number {
    return (blockBytes - (bytes % blockBytes)) % blockBytes;
}

/** What fills the last block of a content. */
export function padding(bytes: number): Buffer {
    return Buffer.alloc(paddingBytes(bytes));
}

/** The end of every tar file. */
export function endBlocks(): Buffer {
    return Buffer.alloc(2 * blockBytes);
}
