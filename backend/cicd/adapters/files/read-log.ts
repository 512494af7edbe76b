import { open, type FileHandle } from "node:fs/promises";
import type { DeploymentPhase } from "../../../../common/schema/deployment.ts";
import type { LogLine, LogRange } from "../../../../common/schema/log-line.ts";
import { linesBackward, linesForward } from "./file-lines.ts";
import { fromFileText } from "./log-line-text.ts";
import { isMissing } from "./missing.ts";

/** Below this distance, looking at every line is as quick as searching. */
const nearBytes = 64 * 1024;

/** Lines by number, found by bisection: numbers have no gap, so that no index is needed and none can be stale. */
export async function readLog(path: string, range: LogRange): Promise<readonly LogLine[]> {
    return withFile(path, [], async (file, size) => {
        const last = await lastLine(file, size);
        if (last === undefined) {
            return [];
        }
        const { first, end } = wanted(range, last.line.seq);
        const lines: LogLine[] = [];
        const from = await findNear(file, size, first);
        for await (const { text } of linesForward(file, from, size)) {
            const line = fromFileText(text);
            if (line !== undefined && line.seq >= end) {
                return lines;
            }
            if (line !== undefined && line.seq >= first) {
                lines.push(line);
            }
        }
        return lines;
    });
}

/** The text of the last lines of these phases, at most so many bytes, oldest first. */
export async function readTail(path: string, phases: readonly DeploymentPhase[], maxBytes: number): Promise<string> {
    return withFile(path, "", async (file, size) => {
        const texts: string[] = [];
        let bytes = 0;
        for await (const { text } of linesBackward(file, size)) {
            const line = fromFileText(text);
            if (line !== undefined && phases.includes(line.phase)) {
                bytes += Buffer.byteLength(line.text) + 1;
                if (bytes > maxBytes) {
                    break;
                }
                texts.push(line.text);
            }
        }
        return texts.reverse().join("\n");
    });
}

/** The last undamaged line and where it ends; undefined in an empty log. */
export async function lastLine(
    file: FileHandle,
    size: number,
): Promise<{ readonly line: LogLine; readonly end: number } | undefined> {
    for await (const { text, end } of linesBackward(file, size)) {
        const line = fromFileText(text);
        if (line !== undefined) {
            return { line, end };
        }
    }
    return undefined;
}

/** The numbers to answer: from `first` up to, not including, `end`. */
function wanted(range: LogRange, lastSeq: number): { readonly first: number; readonly end: number } {
    if (range.afterSeq !== undefined) {
        const first = range.afterSeq + 1;
        return { first, end: Math.min(first + range.limit, range.beforeSeq ?? Infinity) };
    }
    const end = Math.min(range.beforeSeq ?? Infinity, lastSeq + 1);
    return { first: end - range.limit, end };
}

/** The start of a line at or shortly before the one with this number. */
async function findNear(file: FileHandle, size: number, seq: number): Promise<number> {
    let low = 0;
    let high = size;
    while (high - low > nearBytes) {
        const middle = Math.floor((low + high) / 2);
        const found = await lineAfter(file, middle, size);
        if (found !== undefined && found.seq < seq) {
            low = found.start;
        } else {
            high = middle;
        }
    }
    return low;
}

/** The first undamaged line that starts behind a position, which may lie inside another line. */
async function lineAfter(
    file: FileHandle,
    position: number,
    size: number,
): Promise<{ readonly start: number; readonly seq: number } | undefined> {
    for await (const { start, text } of linesForward(file, position, size)) {
        const line = start === position ? undefined : fromFileText(text);
        if (line !== undefined) {
            return { start, seq: line.seq };
        }
    }
    return undefined;
}

async function withFile<T>(
    path: string,
    whenMissing: T,
    read: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
    let file: FileHandle;
    try {
        file = await open(path, "r");
    } catch (error) {
        if (isMissing(error)) {
            return whenMissing;
        }
        throw error;
    }
    try {
        return await read(file, (await file.stat()).size);
    } finally {
        await file.close();
    }
}
