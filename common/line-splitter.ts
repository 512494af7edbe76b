/** The longest line that is handed on, in UTF-16 units; what is beyond is dropped. */
const maxLineLength = 1024 * 1024;

/** What a line ends with whose rest was dropped. */
export const cutMark = " … (line cut)";

export interface LineSplitter {
    push(chunk: Uint8Array): void;
    /** Hands on a last line that has no line feed. */
    end(): void;
}

/**
 * Cuts a byte stream into lines of text: UTF-8 sequences may lie across chunks, `\r\n` counts as `\n`, and a line
 * longer than `limit` is handed on once, cut and marked as such.
 */
export function createLineSplitter(onLine: (line: string) => void, limit = maxLineLength): LineSplitter {
    const decoder = new TextDecoder();
    let pending = "";
    let cut = false;

    function append(text: string): void {
        const room = limit - pending.length;
        cut ||= text.length > room;
        pending += text.slice(0, room);
    }

    function flush(): void {
        const line = pending.endsWith("\r") ? pending.slice(0, -1) : pending;
        const suffix = cut ? cutMark : "";
        pending = "";
        cut = false;
        onLine(line + suffix);
    }

    function feed(text: string): void {
        const pieces = text.split("\n");
        const rest = pieces.pop() ?? "";
        for (const piece of pieces) {
            append(piece);
            flush();
        }
        append(rest);
    }

    return {
        push: (chunk) => feed(decoder.decode(chunk, { stream: true })),
        end: () => {
            feed(decoder.decode());
            if (pending !== "") {
                flush();
            }
        },
    };
}
