/** Keeps a stream's bytes up to a limit; `onOverflow` is called when there are more. */
export function createCapture(limitBytes: number, onOverflow: () => void) {
    const chunks: Uint8Array[] = [];
    let size = 0;
    return {
        push(chunk: Uint8Array): void {
            size += chunk.length;
            if (size > limitBytes) {
                chunks.length = 0;
                onOverflow();
                return;
            }
            chunks.push(chunk);
        },
        text: (): string => Buffer.concat(chunks).toString("utf8"),
    };
}

/** Keeps the last lines of a stream. */
export function createTail(count: number) {
    const lines: string[] = [];
    return {
        push(line: string): void {
            lines.push(line);
            if (lines.length > count) {
                lines.shift();
            }
        },
        text: (): string => lines.join("\n"),
    };
}
