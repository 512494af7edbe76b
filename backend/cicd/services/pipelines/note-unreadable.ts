import type { PackedFiles } from "../../core/job-archive.ts";

/** Tells what is not in an archive because it could not be read. */
export function noteUnreadable({ unreadable }: PackedFiles, onNote: (line: string) => void): void {
    if (unreadable.length > 0) {
        onNote(`Not readable, and left out: ${unreadable.map((path) => JSON.stringify(path)).join(", ")}`);
    }
}
