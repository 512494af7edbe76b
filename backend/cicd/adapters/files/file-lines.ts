import type { FileHandle } from "node:fs/promises";

const blockBytes = 64 * 1024;
const lineBreak = 0x0a;

/** A whole line of a file (one that ends with a line break), and where it lies. */
export interface FileLine {
    readonly start: number;
    /** The byte after its line break. */
    readonly end: number;
    readonly text: string;
}

/** The whole lines from a line's start on. */
export async function* linesForward(file: FileHandle, from: number, size: number): AsyncGenerator<FileLine> {
    let position = from;
    let carry: Buffer = Buffer.alloc(0);
    while (position < size) {
        const block = await readAt(file, position, Math.min(blockBytes, size - position));
        if (block.length === 0) {
            return;
        }
        const data = Buffer.concat([carry, block]);
        const lines = splitLines(data, position - carry.length);
        yield* lines;
        carry = data.subarray(data.lastIndexOf(lineBreak) + 1);
        position += block.length;
    }
}

/** The whole lines of a file, the last one first. */
export async function* linesBackward(file: FileHandle, size: number): AsyncGenerator<FileLine> {
    let position = size;
    let carry: Buffer = Buffer.alloc(0);
    while (position > 0) {
        const length = Math.min(blockBytes, position);
        position -= length;
        const data = Buffer.concat([await readAt(file, position, length), carry]);
        // What stands before the first line break began in an earlier block.
        const whole = position === 0 ? 0 : data.indexOf(lineBreak) + 1;
        if (whole > 0 || position === 0) {
            yield* splitLines(data.subarray(whole), position + whole).reverse();
        }
        carry = whole > 0 ? data.subarray(0, whole) : data;
    }
}

function splitLines(data: Buffer, offset: number): FileLine[] {
    const lines: FileLine[] = [];
    let start = 0;
    for (let end = data.indexOf(lineBreak); end !== -1; end = data.indexOf(lineBreak, start)) {
        lines.push({ start: offset + start, end: offset + end + 1, text: data.toString("utf8", start, end) });
        start = end + 1;
    }
    return lines;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
}
