import { spawn } from "node:child_process";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { dirname, join } from "node:path";

import { run } from "./command.ts";
import type { TestbedPaths } from "./paths.ts";
import { daemonPid, eventually, isAlive, signal } from "./processes.ts";
import { daemonPath } from "./programs.ts";
import { bridgeRange } from "./subnet.ts";
import { TestbedUnavailable } from "./unavailable.ts";

const READY_WITHIN = 30_000;
const STOPPED_WITHIN = 20_000;

/**
 * Starts the daemon, which outlives this process, and waits until it answers; answers its process id. `before` are words
 * that start it in surroundings of its own, as the same process.
 */
export async function startEngine(paths: TestbedPaths, before: readonly string[] = []): Promise<number> {
    await mkdir(paths.execRoot, { recursive: true });
    await mkdir(dirname(paths.log), { recursive: true });
    const log = await open(paths.log, "w");
    const [program, ...words] = [...before, join(paths.root, "usr/sbin/dockerd")];
    const daemon = spawn(program, [...words, "--config-file", paths.daemonConfig], {
        detached: true,
        stdio: ["ignore", log.fd, log.fd],
        env: { PATH: daemonPath(paths), HOME: paths.bed },
        cwd: paths.bed,
    });
    daemon.unref();
    daemon.on("error", () => undefined);
    await log.close();
    const settled = async (): Promise<boolean> => !isAlive(daemon.pid ?? 0) || (await engineAnswers(paths));
    await eventually(settled, READY_WITHIN);
    const pid = daemonPid(paths);
    if (pid === undefined || !(await engineAnswers(paths))) {
        signal(daemon.pid ?? 0, "SIGKILL");
        throw new TestbedUnavailable("engine_failed", `The engine did not start: ${await complaint(paths)}`);
    }
    return pid;
}

/** Whether the daemon answers on its socket. */
export function engineAnswers(paths: TestbedPaths): Promise<boolean> {
    return new Promise((resolve) => {
        const ping = request({ socketPath: paths.socket, path: "/_ping", timeout: 2000 }, (response) => {
            response.resume();
            resolve(response.statusCode === 200);
        });
        ping.on("timeout", () => ping.destroy());
        ping.on("error", () => resolve(false));
        ping.end();
    });
}

/** The bed's range of addresses, as it was when the daemon was last started. */
export async function configuredSubnet(paths: TestbedPaths): Promise<string | undefined> {
    const text = await readFile(paths.daemonConfig, "utf8").catch(() => "");
    return /"base": "([\d./]+)"/.exec(text)?.[1];
}

/** Ends the daemon and its containers; does nothing where it does not run. */
export async function stopEngine(paths: TestbedPaths): Promise<void> {
    const pid = daemonPid(paths);
    if (pid === undefined) {
        return;
    }
    await killContainers(paths);
    signal(pid, "SIGTERM");
    await eventually(() => !isAlive(pid), STOPPED_WITHIN);
}

/** A stopping daemon waits ten seconds for each container that does not heed SIGTERM. */
async function killContainers(paths: TestbedPaths): Promise<void> {
    const env = { DOCKER_HOST: `unix://${paths.socket}` };
    const docker = join(paths.bin, "docker");
    const { stdout } = await run(docker, ["ps", "--quiet"], { env });
    const running = stdout.split("\n").filter((id) => id !== "");
    if (running.length > 0) {
        await run(docker, ["kill", ...running], { env });
    }
}

/** Also says which addresses the bed has, so it is written before anything uses them. */
export async function writeConfiguration(paths: TestbedPaths, subnet: string): Promise<void> {
    await writeFile(paths.daemonConfig, `${JSON.stringify(configuration(paths, subnet), undefined, 4)}\n`);
}

function configuration(paths: TestbedPaths, subnet: string): Record<string, unknown> {
    return {
        hosts: [`unix://${paths.socket}`],
        group: "root",
        pidfile: paths.pidFile,
        "data-root": paths.data,
        "exec-root": paths.execRoot,
        bridge: paths.bridge,
        "fixed-cidr": bridgeRange(subnet).range,
        "default-address-pools": [{ base: subnet, size: 24 }],
        iptables: false,
        ip6tables: false,
        "ip-masq": false,
        "ip-forward": false,
        "userland-proxy-path": join(paths.root, "usr/sbin/docker-proxy"),
        "init-path": join(paths.root, "usr/bin/docker-init"),
        "exec-opts": ["native.cgroupdriver=cgroupfs"],
        "cgroup-parent": `/${paths.cgroup}`,
        "shutdown-timeout": 5,
    };
}

/** What the daemon said last: its own last words, else its last line. */
async function complaint(paths: TestbedPaths): Promise<string> {
    const lines = (await readFile(paths.log, "utf8").catch(() => "")).trim().split("\n");
    const words = lines.filter((line) => !line.startsWith("time=")).at(-1);
    return (words ?? lines.at(-1) ?? "it left no message").trim();
}
