import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { TestbedPaths } from "./paths.ts";

/** The daemons of an engine; a `docker` client that somebody runs is not among them. */
const DAEMONS = /^(?:dockerd|containerd|containerd-shim.*|docker-proxy|runc)$/;

/** The daemon's process id, where its pid file names a living process that runs the bed's own dockerd. */
export function daemonPid(paths: TestbedPaths): number | undefined {
    const pid = Number(textOf(paths.pidFile));
    return pid > 0 && programOf(pid) === join(paths.root, "usr/sbin/dockerd") ? pid : undefined;
}

/** Every process of the bed: its daemons by the program they run, its containers' by their control group. */
export function bedProcesses(paths: TestbedPaths): number[] {
    return processesWhere((pid) => isDaemon(paths, pid) || isContained(paths, pid));
}

/** The processes in the bed's containers. */
export function containedProcesses(paths: TestbedPaths): number[] {
    return processesWhere((pid) => isContained(paths, pid));
}

/** The processes of this machine that a condition holds for. */
export function processesWhere(condition: (pid: number) => boolean): number[] {
    return readdirSync("/proc")
        .map(Number)
        .filter((pid) => pid > 0 && condition(pid));
}

function isDaemon(paths: TestbedPaths, pid: number): boolean {
    const program = programOf(pid);
    return program.startsWith(`${paths.root}/`) && DAEMONS.test(basename(program));
}

function isContained(paths: TestbedPaths, pid: number): boolean {
    return textOf(`/proc/${pid}/cgroup`).includes(`/${paths.cgroup}/`);
}

/** Waits until a condition holds; answers whether it did in time. */
export async function eventually(condition: () => boolean | Promise<boolean>, milliseconds: number): Promise<boolean> {
    const end = Date.now() + milliseconds;
    while (!(await condition())) {
        if (Date.now() > end) {
            return false;
        }
        await sleep(50);
    }
    return true;
}

/** Sends a signal to a process that may have ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
    try {
        process.kill(pid, name);
    } catch {
        // It has ended already.
    }
}

/** Whether a process lives and is no zombie. */
export function isAlive(pid: number): boolean {
    return existsSync(`/proc/${pid}`) && !/^State:\s+[ZX]/m.test(textOf(`/proc/${pid}/status`));
}

/** The file that a process runs; the kernel appends a word where that file was replaced since. */
function programOf(pid: number): string {
    try {
        return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
    } catch {
        return "";
    }
}

function textOf(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "";
    }
}
