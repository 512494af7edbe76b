import { existsSync, readlinkSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { mustRun } from "./command.ts";
import { busyboxProgram } from "./packages.ts";
import { processesWhere } from "./processes.ts";
import type { SecondPaths } from "./second-paths.ts";
import { overlaps } from "./subnet.ts";
import { TestbedUnavailable } from "./unavailable.ts";

/** The two ends of the cable between this machine and the second host. */
export interface Cable {
    readonly here: string;
    readonly there: string;
}

const PREFIX = 30;

/** Makes a network namespace, and a cable into it with the first free addresses of 10.77.0.0/16. */
export async function makeNamespace(paths: SecondPaths): Promise<Cable> {
    const ip = busyboxProgram(paths.root);
    const inside = (...words: string[]): Promise<string> => mustRun("nsenter", [...within(paths), ip, "ip", ...words]);
    const cable = freeCable(await mustRun(ip, ["ip", "-o", "-4", "addr"]), paths.link);
    await mkdir(dirname(paths.namespace), { recursive: true });
    await writeFile(paths.namespace, "");
    await mustRun("unshare", [`--net=${paths.namespace}`, "true"]);
    // Made inside, because there the other end's name is known: it is the first one.
    await inside("link", "add", "name", "uplink", "type", "veth");
    await inside("link", "set", "veth0", "name", paths.link);
    await inside("link", "set", paths.link, "netns", String(process.pid));
    await mustRun(ip, ["ip", "addr", "add", `${cable.here}/${PREFIX}`, "dev", paths.link]);
    await mustRun(ip, ["ip", "link", "set", paths.link, "up"]);
    await inside("addr", "add", `${cable.there}/${PREFIX}`, "dev", "uplink");
    await inside("link", "set", "uplink", "up");
    await inside("link", "set", "lo", "up");
    await inside("route", "add", "default", "via", cable.here);
    return cable;
}

/** Words for `nsenter`, after which a program follows. */
export function within(paths: SecondPaths): string[] {
    return [`--net=${paths.namespace}`, "--"];
}

/** Every process in the second host's network, its engine and SSH servers among them; its containers are not. */
export function namespaceProcesses(paths: SecondPaths): number[] {
    const name = namespaceName(paths.namespace);
    if (name === undefined) {
        return [];
    }
    return processesWhere((pid) => networkOf(pid) === name);
}

/** As the kernel shows it; undefined where the file holds no namespace, which a reboot leaves as a plain one. */
function namespaceName(file: string): string | undefined {
    if (!existsSync(file)) {
        return undefined;
    }
    const { dev, ino } = statSync(file);
    return dev === statSync("/proc/self/ns/net").dev ? `net:[${ino}]` : undefined;
}

function networkOf(pid: number): string {
    try {
        return readlinkSync(`/proc/${pid}/ns/net`);
    } catch {
        return "";
    }
}

/** Begins at a place that depends on the bed, so that two beds do not choose the same one at the same time. */
function freeCable(addresses: string, seed: string): Cable {
    const used = [...addresses.matchAll(/\sinet\s+(\S+)/g)].map(([, cidr = ""]) => cidr);
    const start = Number.parseInt(/([0-9a-f]{4})\D*$/.exec(seed)?.[1] ?? "0", 16);
    for (let step = 0; step < 256; step += 1) {
        const network = `10.77.${(start + step) % 256}`;
        if (!used.some((range) => overlaps(range, `${network}.0/${PREFIX}`))) {
            return { here: `${network}.1`, there: `${network}.2` };
        }
    }
    throw new TestbedUnavailable("no_subnet", "Every address range of the test bed's second host is taken.");
}
