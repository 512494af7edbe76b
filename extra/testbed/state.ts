import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { delimiter } from "node:path";
import { z } from "zod";

import { testbedPaths } from "./paths.ts";
import type { TestbedPaths } from "./paths.ts";
import { daemonPid } from "./processes.ts";

/** A browser for playwright-core: `chromium.launch({ executablePath, args, env: { ...process.env, ...env } })`. */
export interface Chromium {
    readonly executablePath: string;
    /** What it needs beside the environment of the process that starts it. */
    readonly env: Readonly<Record<string, string>>;
    readonly args: readonly string[];
}

/** What other programs need in order to use the bed's engine. */
export interface Testbed {
    readonly dockerHost: string;
    /** Folders to put before PATH. */
    readonly path: readonly string[];
    /** Variables to set beside DOCKER_HOST and PATH. */
    readonly env: Readonly<Record<string, string>>;
    /** The images that are there from the start. */
    readonly images: readonly string[];
    readonly pid: number;
    readonly bridge: string;
    /** Every address of the bed's containers lies in it. */
    readonly subnet: string;
    readonly chromium?: Chromium;
}

const texts = z.record(z.string(), z.string());
const Stored = z.object({
    dockerHost: z.string(),
    path: z.array(z.string()),
    env: texts,
    images: z.array(z.string()),
    pid: z.int(),
    bridge: z.string(),
    subnet: z.string(),
    chromium: z.object({ executablePath: z.string(), env: texts, args: z.array(z.string()) }).exactOptional(),
});

/** The checkout's bed, if its daemon runs. */
export function readTestbed(paths: TestbedPaths = testbedPaths()): Testbed | undefined {
    const state = storedState(paths);
    return state !== undefined && state.pid === daemonPid(paths) ? state : undefined;
}

/** The variables with which a program reaches the bed's engine, to be laid over its own environment. */
export function testbedEnvironment(
    state: Testbed,
    base: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
    const before = (base["PATH"] ?? "").split(delimiter).filter((folder) => !state.path.includes(folder));
    return { ...state.env, DOCKER_HOST: state.dockerHost, PATH: [...state.path, ...before].join(delimiter) };
}

/** Stores the state; a reader sees the old one or the new one, never a part. */
export async function writeState(paths: TestbedPaths, state: Testbed): Promise<void> {
    const fresh = `${paths.state}.${process.pid}.new`;
    await writeFile(fresh, `${JSON.stringify(state, undefined, 4)}\n`);
    await rename(fresh, paths.state);
}

function storedState(paths: TestbedPaths): Testbed | undefined {
    try {
        return Stored.parse(JSON.parse(readFileSync(paths.state, "utf8")));
    } catch {
        return undefined;
    }
}
