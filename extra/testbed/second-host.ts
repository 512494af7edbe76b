import { existsSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";

import { engineAnswers, startEngine, stopEngine } from "./engine.ts";
import { clearLeftovers, removeFolder } from "./leftovers.ts";
import { withLock } from "./lock.ts";
import { makeNamespace, namespaceProcesses, within } from "./namespace.ts";
import { ENGINE_PACKAGES, ensurePackages } from "./packages.ts";
import { testbedPaths } from "./paths.ts";
import type { TestbedPaths } from "./paths.ts";
import { containedProcesses, daemonPid } from "./processes.ts";
import { writePrograms } from "./programs.ts";
import { DOCKER_GROUP, secondPaths } from "./second-paths.ts";
import type { SecondPaths } from "./second-paths.ts";

const Stored = z.object({ address: z.string(), dockerHost: z.string(), namespace: z.string(), pid: z.int() });

/** A second machine with a Docker engine of its own, as far as a network and an engine make one. */
export type SecondHost = Readonly<z.infer<typeof Stored>>;

/**
 * Brings the bed's second Docker host up, where it does not run yet: an engine in a network of its own, with the images
 * of this machine's engine that are named.
 */
export async function ensureSecondHost(
    images: readonly string[],
    say: (text: string) => void = () => undefined,
    paths: TestbedPaths = testbedPaths(),
): Promise<SecondHost> {
    const second = secondPaths(paths);
    const host = await withLock(second.lock, async () => (await running(second)) ?? (await start(paths, second, say)));
    await copyImages(second, images);
    return host;
}

/** Whether the second host runs already. */
export async function secondHostRuns(paths: TestbedPaths = testbedPaths()): Promise<boolean> {
    return (await running(secondPaths(paths))) !== undefined;
}

/** Takes the second host down with all that runs on it; fine where there is none. */
export async function takeDownSecondHost(paths: TestbedPaths = testbedPaths()): Promise<void> {
    const second = secondPaths(paths);
    if (existsSync(second.bed) || existsSync(second.run)) {
        await withLock(second.lock, () => stop(second));
    }
}

async function running(second: SecondPaths): Promise<SecondHost | undefined> {
    const state = Stored.safeParse(readState(second)).data;
    return state !== undefined && state.pid === daemonPid(second) && (await engineAnswers(second)) ? state : undefined;
}

async function start(paths: TestbedPaths, second: SecondPaths, say: (text: string) => void): Promise<SecondHost> {
    await ensurePackages(paths, ENGINE_PACKAGES, say);
    if (!existsSync(join(paths.bin, "docker"))) {
        await writePrograms(paths);
    }
    await stop(second);
    try {
        say("Starting a second Docker host …");
        const { there } = await makeNamespace(second);
        await writeFile(second.daemonConfig, `${JSON.stringify(configuration(second), undefined, 4)}\n`);
        const pid = await startEngine(second, ["nsenter", ...within(second)]);
        const host = { address: there, dockerHost: `unix://${second.socket}`, namespace: second.namespace, pid };
        await writeFile(second.state, `${JSON.stringify(host, undefined, 4)}\n`);
        return host;
    } catch (error) {
        await stop(second);
        throw error;
    }
}

/** The network goes with its last process and the file that holds it; this machine's end of the cable goes with it. */
async function stop(second: SecondPaths): Promise<void> {
    await rm(second.state, { force: true });
    await stopEngine(second);
    await clearLeftovers(second, () => [...namespaceProcesses(second), ...containedProcesses(second)]);
    await removeFolder(second, second.bed);
}

/** In a network of its own the engine may write rules: they concern nobody else. */
function configuration(second: SecondPaths): Record<string, unknown> {
    return {
        hosts: [`unix://${second.socket}`],
        group: String(DOCKER_GROUP),
        pidfile: second.pidFile,
        "data-root": second.data,
        "exec-root": second.execRoot,
        bip: "10.78.0.1/24",
        "default-address-pools": [{ base: "10.79.0.0/16", size: 24 }],
        ip6tables: false,
        "userland-proxy-path": join(second.root, "usr/sbin/docker-proxy"),
        "init-path": join(second.root, "usr/bin/docker-init"),
        "exec-opts": ["native.cgroupdriver=cgroupfs"],
        "cgroup-parent": `/${second.cgroup}`,
        "shutdown-timeout": 5,
    };
}

/** From the engine that DOCKER_HOST names to the second one, which gets them with the same ids. */
async function copyImages(second: SecondPaths, images: readonly string[]): Promise<void> {
    const there = { DOCKER_HOST: `unix://${second.socket}` };
    const docker = join(second.bin, "docker");
    const { failed } = await execa(docker, ["image", "inspect", ...images], { env: there, reject: false });
    if (failed) {
        await execa(docker, ["save", ...images]).pipe(docker, ["load"], { env: there });
    }
}

function readState(second: SecondPaths): unknown {
    try {
        return JSON.parse(readFileSync(second.state, "utf8"));
    } catch {
        return undefined;
    }
}
