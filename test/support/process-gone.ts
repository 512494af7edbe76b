import { readFileSync } from "node:fs";

/** Whether a process has ended; one that only waits to be collected by its parent has. */
export function isGone(processId: number): boolean {
    try {
        process.kill(processId, 0);
    } catch {
        return true;
    }
    try {
        return / Z /.test(readFileSync(`/proc/${processId}/stat`, "utf8"));
    } catch {
        return process.platform === "linux";
    }
}
