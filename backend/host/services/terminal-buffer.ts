/** What a terminal has shown last, for those who join later. */
export interface TerminalBuffer {
    append(text: string): void;
    text(): string;
    clear(): void;
}

/** Keeps at most so many bytes (UTF-8), whole pieces of output; the oldest go first. */
export function createTerminalBuffer(maxBytes: number): TerminalBuffer {
    let pieces: { readonly text: string; readonly bytes: number }[] = [];
    let size = 0;

    return {
        append(text) {
            const kept = cutToBytes(text, maxBytes);
            const bytes = Buffer.byteLength(kept);
            pieces.push({ text: kept, bytes });
            size += bytes;
            while (size > maxBytes) {
                size -= pieces.shift()?.bytes ?? size;
            }
        },
        text: () => pieces.map((piece) => piece.text).join(""),
        clear() {
            pieces = [];
            size = 0;
        },
    };
}

/** The end of a text that is longer than the limit. */
function cutToBytes(text: string, maxBytes: number): string {
    const bytes = Buffer.from(text);
    return bytes.length <= maxBytes ? text : bytes.subarray(bytes.length - maxBytes).toString("utf8");
}
