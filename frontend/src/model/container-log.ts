import { stripAnsi } from "./ansi.ts";

/** Takes one container's lines out of a stack's combined logs. */
export interface LogFilter {
    /** What is to be shown of further text; a line that is not complete yet comes with its end. */
    add(text: string): string;
    /** The same from the start. */
    reset(text: string): string;
}

const nameBefore = /^\s*(?:[^|\s]+\/)?([^|\s]+)\s+\|/;

/** Compose writes `web-1  | text` before each line, older versions `shop-web-1` or `shop_web_1`. */
export function createLogFilter(stack: string, service: string, index: number): LogFilter {
    const own = `${service}-${index + 1}`;
    const names = new Set([
        own,
        `${stack}-${own}`,
        `${stack}_${service}_${index + 1}`,
        ...(index === 0 ? [service] : []),
    ]);
    let rest = "";

    function add(text: string): string {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        return lines
            .filter((line) => names.has(nameBefore.exec(stripAnsi(line))?.[1] ?? ""))
            .map((line) => `${line}\n`)
            .join("");
    }

    return {
        add,
        reset(text) {
            rest = "";
            return add(text);
        },
    };
}
