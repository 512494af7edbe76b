import { createLineSplitter } from "../../../common/line-splitter.ts";
import { createDemux, type OutputStream } from "./demux.ts";

/** Turns a container's output into lines; `end` hands on last lines without a line feed. */
export function createOutputLines(terminal: boolean, onLine: (stream: OutputStream, line: string) => void) {
    const stdout = createLineSplitter((line) => onLine("stdout", line));
    const stderr = createLineSplitter((line) => onLine("stderr", line));
    const demux = createDemux((stream, bytes) => (stream === "stdout" ? stdout : stderr).push(bytes));
    return {
        push: (chunk: Buffer): void => (terminal ? stdout.push(chunk) : demux(chunk)),
        end: (): void => {
            stdout.end();
            stderr.end();
        },
    };
}
