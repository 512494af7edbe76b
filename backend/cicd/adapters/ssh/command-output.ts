import { createLineSplitter } from "../../../../common/line-splitter.ts";
import { createCapture, createTail } from "../../../platform/process/capture.ts";
import type { RunOptions } from "../../core/target-host.ts";
import type { Arrived } from "./command-scripts.ts";

const captureBytes = 64 * 1024 * 1024;

/** Takes a command's output as it arrives, over however many connections: lines, what is kept, and how far it is. */
export function createCommandOutput(options: RunOptions, onTooMuch: () => void) {
    const tail = createTail(20);
    const capture = createCapture(captureBytes, onTooMuch);
    const lines = {
        stdout: createLineSplitter((line) => options.onLine?.("stdout", line)),
        stderr: createLineSplitter((line) => {
            tail.push(line);
            options.onLine?.("stderr", line);
        }),
    };
    const arrived = { stdout: 0, stderr: 0 };
    return {
        push(stream: "stdout" | "stderr", bytes: Buffer): void {
            arrived[stream] += bytes.length;
            if (stream === "stdout" && options.capture === true) {
                capture.push(bytes);
            }
            lines[stream].push(bytes);
        },
        arrived: (): Arrived => ({ ...arrived }),
        end(): { readonly stdout: string; readonly stderrTail: string } {
            lines.stdout.end();
            lines.stderr.end();
            return { stdout: capture.text(), stderrTail: tail.text() };
        },
    };
}
