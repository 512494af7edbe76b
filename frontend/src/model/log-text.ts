import type { LogLine } from "../../../common/schema/log-line.ts";
import { stripAnsi } from "./ansi.ts";

/** Lines as a plain text file. */
export function logText(lines: readonly LogLine[]): string {
    return lines.map(({ time, phase, text }) => `${time} ${phase} ${stripAnsi(text)}\n`).join("");
}

/** Offers a text as a file to save. */
export function saveText(name: string, text: string): void {
    saveBlob(name, new Blob([text], { type: "text/plain" }));
}

/** Offers bytes as a file to save. */
export function saveBlob(name: string, blob: Blob): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
}
