import type { LogLine } from "../../common/schema/log-line.ts";

const colours = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;

/** A step of the story. */
export function heading(text: string): void {
    console.log(`\n${colours ? `\x1b[1;34m${text}\x1b[0m` : `== ${text}`}`);
}

/** What happened in it. */
export function tell(text: string): void {
    console.log(`   ${text}`);
}

/** A printer of log lines that names each phase once. */
export function logPrinter(): (line: LogLine) => void {
    let last = "";
    return ({ phase, text }) => {
        if (text.trim() === "") {
            return;
        }
        const label = phase === last ? "" : phase;
        last = phase;
        console.log(`   ${label.padEnd(12)} ${colours ? `\x1b[2m${text}\x1b[0m` : text}`);
    };
}
