import { existsSync } from "node:fs";
import { readdir, readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";

import { run } from "./command.ts";
import type { TestbedPaths } from "./paths.ts";
import { bedProcesses, eventually, signal } from "./processes.ts";

const SHIM_SOCKETS = "/run/containerd/s";

/** Takes away what a daemon leaves behind when it was killed: processes, mounts, sockets, control groups. */
export async function clearLeftovers(
    paths: TestbedPaths,
    findProcesses: () => readonly number[] = () => bedProcesses(paths),
): Promise<void> {
    await eventually(() => {
        const processes = findProcesses();
        processes.forEach((pid) => signal(pid, "SIGKILL"));
        return processes.length === 0;
    }, 10_000);
    await removeShimSockets(paths);
    await unmountBelow(paths);
    await removeControlGroups(paths);
    await removeFolder(paths, paths.run);
}

/** Removes a folder of the bed, unless something is still mounted in it, whose files would be lost. */
export async function removeFolder(paths: TestbedPaths, folder: string): Promise<void> {
    const mounted = (await mountsOf(paths)).filter((mount) => mount.startsWith(`${folder}/`));
    if (mounted.length > 0) {
        throw new Error(`Still mounted, so ${folder} was left as it is: ${mounted.join(", ")}`);
    }
    await rm(folder, { recursive: true, force: true });
}

async function unmountBelow(paths: TestbedPaths): Promise<void> {
    for (const mount of (await mountsOf(paths)).reverse()) {
        await run("umount", ["--lazy", mount]);
    }
}

/** What is mounted in the bed, in the order in which it was mounted. */
async function mountsOf(paths: TestbedPaths): Promise<string[]> {
    const table = await readFile("/proc/self/mountinfo", "utf8");
    const points = table.split("\n").map((line) => unescaped(line.split(" ")[4] ?? ""));
    return points.filter((point) => point.startsWith(`${paths.bed}/`) || point.startsWith(`${paths.run}/`));
}

/** The kernel writes blanks and the like as octal numbers. */
function unescaped(text: string): string {
    return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** A shim's socket lies in a folder of the system; the shim's own folder names it. */
async function removeShimSockets(paths: TestbedPaths): Promise<void> {
    const tasks = join(paths.execRoot, "containerd/daemon/io.containerd.runtime.v2.task/moby");
    for (const task of await readdir(tasks).catch(() => [])) {
        const address = await readFile(join(tasks, task, "address"), "utf8").catch(() => "");
        const socket = address.replace(/^unix:\/\//, "");
        if (socket.startsWith(`${SHIM_SOCKETS}/`)) {
            await rm(socket, { force: true });
        }
    }
    for (const folder of [SHIM_SOCKETS, "/run/containerd"]) {
        await rmdir(folder).catch(() => undefined);
    }
}

/** The same group has a folder in each hierarchy; a group can go once the groups below it are gone. */
async function removeControlGroups(paths: TestbedPaths): Promise<void> {
    const table = await readFile("/proc/self/mountinfo", "utf8");
    const hierarchies = table.split("\n").filter((line) => / - cgroup2? /.test(line));
    for (const line of hierarchies) {
        await removeTree(join(line.split(" ")[4] ?? "", paths.cgroup));
    }
}

async function removeTree(group: string): Promise<void> {
    if (!existsSync(group)) {
        return;
    }
    for (const entry of await readdir(group, { withFileTypes: true })) {
        if (entry.isDirectory()) {
            await removeTree(join(group, entry.name));
        }
    }
    await rmdir(group).catch(() => undefined);
}
