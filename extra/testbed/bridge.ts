import { existsSync } from "node:fs";

import { mustRun, run } from "./command.ts";
import { busyboxProgram } from "./packages.ts";
import type { TestbedPaths } from "./paths.ts";
import { bridgeRange, freeSubnet, overlaps, subnetOf } from "./subnet.ts";
import { TestbedUnavailable } from "./unavailable.ts";

/** An IPv4 address of this machine, with the length of its network. */
interface Address {
    readonly link: string;
    readonly cidr: string;
}

/** Sees that the bed's bridge is there, and answers the /16 that belongs to the bed: the same as before if possible. */
export async function ensureBridge(paths: TestbedPaths, before: string | undefined): Promise<string> {
    const addresses = await machineAddresses(paths);
    const present = addresses.find(({ link }) => link === paths.bridge);
    if (present !== undefined) {
        return subnetOf(present.cidr);
    }
    const used = [...addresses.map(({ cidr }) => cidr), ...(await machineRoutes(paths))];
    const isFree = before !== undefined && !used.some((range) => overlaps(range, before));
    const subnet = isFree ? before : freeSubnet(used, paths.bridge);
    if (subnet === undefined) {
        throw new TestbedUnavailable("no_subnet", "Every private address range that the test bed could use is taken.");
    }
    await removeLink(paths, paths.bridge);
    await mustRun(ipProgram(paths), ["ip", "link", "add", "name", paths.bridge, "type", "bridge"]);
    await mustRun(ipProgram(paths), ["ip", "addr", "add", bridgeRange(subnet).address, "dev", paths.bridge]);
    await mustRun(ipProgram(paths), ["ip", "link", "set", paths.bridge, "up"]);
    return subnet;
}

/** Removes the bed's bridge and those that its engine made for the stacks' networks. */
export async function removeBridges(paths: TestbedPaths): Promise<void> {
    if (!isBridge(paths.bridge)) {
        return;
    }
    const addresses = await machineAddresses(paths);
    const own = addresses.find(({ link }) => link === paths.bridge);
    if (own !== undefined) {
        const subnet = subnetOf(own.cidr);
        const links = addresses.filter(({ link, cidr }) => isBridge(link) && overlaps(cidr, subnet));
        for (const { link } of links) {
            await removeLink(paths, link);
        }
    }
    await removeLink(paths, paths.bridge);
}

async function removeLink(paths: TestbedPaths, link: string): Promise<void> {
    if (isBridge(link)) {
        await run(ipProgram(paths), ["ip", "link", "set", link, "down"]);
        await run(ipProgram(paths), ["ip", "link", "del", link]);
    }
}

function isBridge(link: string): boolean {
    return existsSync(`/sys/class/net/${link}/bridge`);
}

async function machineAddresses(paths: TestbedPaths): Promise<Address[]> {
    const output = await mustRun(ipProgram(paths), ["ip", "-o", "-4", "addr"]);
    const lines = output.matchAll(/^\d+:\s+(\S+)\s+inet\s+(\S+)/gm);
    return [...lines].map(([, link = "", cidr = ""]) => ({ link, cidr }));
}

async function machineRoutes(paths: TestbedPaths): Promise<string[]> {
    const output = await mustRun(ipProgram(paths), ["ip", "-4", "route"]);
    return [...output.matchAll(/^(\d[\d.]*(?:\/\d+)?)\s/gm)].map(([, range = ""]) => range);
}

/** A machine need not have iproute2: busybox knows what is needed of it. */
function ipProgram(paths: TestbedPaths): string {
    return busyboxProgram(paths.root);
}
