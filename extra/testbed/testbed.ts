import { rm } from "node:fs/promises";
import { join } from "node:path";

import { ensureBridge, removeBridges } from "./bridge.ts";
import { installedChromium } from "./chromium.ts";
import { configuredSubnet, engineAnswers, startEngine, stopEngine, writeConfiguration } from "./engine.ts";
import { closeForwarding, openForwarding } from "./forwarding.ts";
import { ensureImages } from "./images.ts";
import { clearLeftovers, removeFolder } from "./leftovers.ts";
import { withLock } from "./lock.ts";
import { busyboxProgram, ENGINE_PACKAGES, ensurePackages } from "./packages.ts";
import { testbedPaths } from "./paths.ts";
import type { TestbedPaths } from "./paths.ts";
import { writePrograms } from "./programs.ts";
import { takeDownSecondHost } from "./second-host.ts";
import { readTestbed, writeState } from "./state.ts";
import type { Testbed } from "./state.ts";
import { TestbedUnavailable } from "./unavailable.ts";

/** Told what is being done; silent by default. */
export type Say = (text: string) => void;

/** Brings the checkout's own engine up, with its images; where it runs already, answers at once. */
export async function bringUp(say: Say = () => undefined, paths: TestbedPaths = testbedPaths()): Promise<Testbed> {
    const running = await answeringTestbed(paths);
    if (running !== undefined) {
        return running;
    }
    assertPossible();
    return withLock(paths.lock, async () => (await answeringTestbed(paths)) ?? (await start(say, paths)));
}

/** Takes down everything that `bringUp` made outside of the bed's folder, and its data; the downloads stay. */
export async function takeDown(paths: TestbedPaths = testbedPaths()): Promise<void> {
    await withLock(paths.lock, async () => {
        await stop(paths);
        await removeFolder(paths, paths.data);
        await rm(paths.daemonConfig, { force: true });
    });
}

/** Where the engine cannot be started, nothing of the attempt is left behind. */
async function start(say: Say, paths: TestbedPaths): Promise<Testbed> {
    const root = await ensurePackages(paths, ENGINE_PACKAGES, say);
    await writePrograms(paths);
    await clearLeftovers(paths);
    try {
        const subnet = await ensureBridge(paths, await configuredSubnet(paths));
        await writeConfiguration(paths, subnet);
        await openForwarding(paths, subnet);
        say("Starting the engine …");
        const pid = await startEngine(paths);
        return await describe(paths, { pid, subnet, busybox: busyboxProgram(root), say });
    } catch (error) {
        await stop(paths);
        throw error;
    }
}

async function describe(
    paths: TestbedPaths,
    { pid, subnet, busybox, say }: { pid: number; subnet: string; busybox: string; say: Say },
): Promise<Testbed> {
    const dockerHost = `unix://${paths.socket}`;
    const env = { DOCKER_CONFIG: paths.dockerConfig };
    say("Making the images …");
    const target = { docker: join(paths.bin, "docker"), env: { ...env, DOCKER_HOST: dockerHost }, plainNames: true };
    const images = await ensureImages(target, busybox, join(paths.bed, "images"));
    const chromium = await installedChromium(paths);
    const own = { dockerHost, path: [paths.bin], env, images, pid, bridge: paths.bridge, subnet };
    const state: Testbed = chromium === undefined ? own : { ...own, chromium };
    await writeState(paths, state);
    return state;
}

async function stop(paths: TestbedPaths): Promise<void> {
    await takeDownSecondHost(paths);
    const subnet = await configuredSubnet(paths);
    await rm(paths.state, { force: true });
    await stopEngine(paths);
    await clearLeftovers(paths);
    await removeBridges(paths);
    if (subnet !== undefined) {
        await closeForwarding(paths, subnet);
    }
}

async function answeringTestbed(paths: TestbedPaths): Promise<Testbed | undefined> {
    const state = readTestbed(paths);
    return state !== undefined && (await engineAnswers(paths)) ? state : undefined;
}

function assertPossible(): void {
    if (process.platform !== "linux") {
        throw new TestbedUnavailable("not_linux", "The test bed needs Linux.");
    }
    if (process.getuid?.() !== 0) {
        throw new TestbedUnavailable("not_root", "The test bed's own Docker engine needs root.");
    }
}
