import { existsSync, readdirSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { run } from "./command.ts";
import type { TestbedPaths } from "./paths.ts";

const SWITCH = "/proc/sys/net/ipv4/ip_forward";

/** Exists while the switch is on because of a bed and was off before; all beds share it, a reboot clears both. */
const SWITCHED_ON = "/run/dockge-cicd-testbed.forwarding";

/**
 * Lets containers reach the world: forwarding on, and three rules that name nothing but the bed's addresses. The
 * engine itself writes no rules, because a starting engine empties the chains of every other one on the machine.
 */
export async function openForwarding(paths: TestbedPaths, subnet: string): Promise<void> {
    if ((await readFile(SWITCH, "utf8")).trim() === "0") {
        await writeFile(SWITCHED_ON, "");
        await writeFile(SWITCH, "1");
    }
    for (const [table, chain, ...rule] of rules(subnet)) {
        const words = ["-w", "5", "-t", table];
        if (!(await iptables(paths, [...words, "-C", chain, ...rule]))) {
            await iptables(paths, [...words, "-I", chain, ...rule]);
        }
    }
}

/** Takes the rules away, and turns forwarding off if a bed turned it on and nothing else can be using it. */
export async function closeForwarding(paths: TestbedPaths, subnet: string): Promise<void> {
    for (const [table, chain, ...rule] of rules(subnet)) {
        const words = ["-w", "5", "-t", table, "-D", chain, ...rule];
        while (await iptables(paths, words)) {
            // The same rule may be there more than once.
        }
    }
    if (existsSync(SWITCHED_ON) && !hasBridges()) {
        await writeFile(SWITCH, "0");
        await rm(SWITCHED_ON, { force: true });
    }
}

function rules(subnet: string): [table: string, chain: string, ...rule: string[]][] {
    return [
        ["nat", "POSTROUTING", "-s", subnet, "!", "-d", subnet, "-j", "MASQUERADE"],
        ["filter", "FORWARD", "-s", subnet, "-j", "ACCEPT"],
        ["filter", "FORWARD", "-d", subnet, "-j", "ACCEPT"],
    ];
}

/** Whether another bed's or another engine's bridge is there. */
function hasBridges(): boolean {
    return readdirSync("/sys/class/net").some((link) => existsSync(`/sys/class/net/${link}/bridge`));
}

async function iptables(paths: TestbedPaths, words: readonly string[]): Promise<boolean> {
    return (await run(join(paths.sbin, "iptables"), words)).ok;
}
