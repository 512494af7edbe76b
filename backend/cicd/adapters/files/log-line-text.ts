import { LogLine } from "../../../../common/schema/log-line.ts";

const lineLimitBytes = 1024 * 1024;

/** A line as it lies in the file: JSON and a line break. */
export function toFileText(line: LogLine): string {
    return `${JSON.stringify(line)}\n`;
}

/** The line that a text of the file holds; undefined for a damaged one. */
export function fromFileText(text: string): LogLine | undefined {
    try {
        const parsed = LogLine.safeParse(JSON.parse(text));
        return parsed.success ? parsed.data : undefined;
    } catch {
        return undefined;
    }
}

/** A text of at most 1 MiB; what is cut off is said. */
export function cutText(text: string): string {
    // A UTF-16 unit takes at most three bytes: most texts need not be counted.
    if (text.length * 3 <= lineLimitBytes || Buffer.byteLength(text) <= lineLimitBytes) {
        return text;
    }
    const bytes = Buffer.from(text);
    let end = lineLimitBytes;
    while (((bytes[end] ?? 0) & 0xc0) === 0x80) {
        end -= 1;
    }
    return `${bytes.toString("utf8", 0, end)} … (cut: a line holds at most 1 MiB)`;
}
