import { z } from "zod";

/** How a command ended, and how much it has written. */
export interface CommandReport {
    /** Undefined where it was killed with everything of it. */
    readonly exitCode: number | undefined;
    readonly stdout: number;
    readonly stderr: number;
}

const Report = z.tuple([
    z.union([z.literal("gone").transform(() => undefined), z.coerce.number().int()]),
    z.coerce.number().int(),
    z.coerce.number().int(),
]);

/**
 * Takes the report off the end of a command's output, which it follows after a NUL and a mark. Nothing is held back but
 * what may be the beginning of the mark.
 */
export function createReportParser(mark: string, onOutput: (bytes: Buffer) => void) {
    const start = Buffer.from(`\0${mark} `);
    let held: Buffer = Buffer.alloc(0);
    return {
        push(chunk: Buffer): void {
            held = Buffer.concat([held, chunk]);
            const at = held.indexOf(start);
            const certain = at === -1 ? held.length - overlap(held, start) : at;
            if (certain > 0) {
                onOutput(held.subarray(0, certain));
                held = held.subarray(certain);
            }
        },
        /** The report, once the channel is closed; undefined where it did not come. */
        report(): CommandReport | undefined {
            const text = held.subarray(0, start.length).equals(start) ? held.subarray(start.length).toString() : "";
            const fields = text.endsWith("\n") ? Report.safeParse(text.trim().split(" ")).data : undefined;
            return fields && { exitCode: fields[0], stdout: fields[1], stderr: fields[2] };
        },
    };
}

/** How many of the last bytes are the beginning of the mark. */
function overlap(bytes: Buffer, mark: Buffer): number {
    for (let length = Math.min(bytes.length, mark.length - 1); length > 0; length -= 1) {
        if (bytes.subarray(bytes.length - length).equals(mark.subarray(0, length))) {
            return length;
        }
    }
    return 0;
}
