import { readdirSync, readFileSync } from "node:fs";

/** A process and all that descend from it, as they are now. */
export function processTree(root: number): readonly number[] {
    const running = runningProcesses();
    const below = (pid: number): readonly number[] => [
        pid,
        ...running.filter(({ parent }) => parent === pid).flatMap((child) => below(child.pid)),
    ];
    return below(root);
}

/** Resident memory of processes, in MB (10⁶ bytes). What they share counts for each. */
export function residentMegabytes(pids: readonly number[]): number {
    const kibibytes = pids.map((pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readProcess(pid, "status"))?.[1] ?? 0));
    return (kibibytes.reduce((sum, each) => sum + each, 0) * 1024) / 1e6;
}

/** Processor time that a process has used so far, in milliseconds. The kernel counts it in hundredths of a second. */
export function processorMilliseconds(pid: number): number {
    return hundredths(pid, [11, 12]) * 10;
}

/** Of all these processes together, in milliseconds, with what their ended children had used. */
export function processorMillisecondsOfAll(pids: readonly number[]): number {
    return pids.reduce((sum, pid) => sum + hundredths(pid, [11, 12, 13, 14]) * 10, 0);
}

/** The sum of some fields of `stat`, counted from the process's state on. */
function hundredths(pid: number, places: readonly number[]): number {
    const fields = (readProcess(pid, "stat").split(") ").at(-1) ?? "").split(" ").map(Number);
    return places.reduce((sum, place) => sum + (fields[place] ?? 0), 0);
}

function runningProcesses(): readonly { pid: number; parent: number }[] {
    const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
    return pids.map((pid) => ({ pid, parent: Number(/^PPid:\s+(\d+)/m.exec(readProcess(pid, "status"))?.[1] ?? 0) }));
}

/** Empty for a process that has ended meanwhile. */
function readProcess(pid: number, file: string): string {
    try {
        return readFileSync(`/proc/${String(pid)}/${file}`, "utf8");
    } catch {
        return "";
    }
}
