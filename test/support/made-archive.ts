import { Header, type HeaderData } from "tar";

const blockBytes = 512;

/** A tar file of any entries, also of such as no packer would make. */
export function madeArchive(entries: readonly (HeaderData & { readonly text?: string })[]): Buffer {
    const blocks = entries.flatMap(({ text = "", ...data }) => {
        const content = Buffer.from(text);
        const header = new Header({ mode: 0o644, type: "File", size: content.length, mtime: new Date(0), ...data });
        header.encode();
        const rest = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
        return [header.block ?? Buffer.alloc(0), content, rest];
    });
    return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}
