import type { Files } from "../core/files.ts";
import type { Host } from "../core/host.ts";
import type { Machine } from "../core/machine.ts";
import type { ReleaseStore } from "../core/release.ts";
import type { DeploymentRun } from "./deployment-run.ts";

export interface SendEnvironmentPorts {
    readonly files: Pick<Files, "readText">;
    readonly host: Pick<Host, "stackDirectory">;
    readonly releases: Pick<ReleaseStore, "find" | "update" | "list">;
    readonly hash: (text: string) => string;
}

/**
 * Brings the stack's `.env`, as it is edited here, to a machine over SSH: where none lies there, or the one that was
 * sent last. One that was edited over there is its user's own, and left alone.
 */
export async function sendEnvironment(
    ports: SendEnvironmentPorts,
    run: DeploymentRun,
    machine: Machine,
    deploymentId: string,
): Promise<void> {
    if (machine.remote === undefined) {
        return;
    }
    const own = await ports.files.readText(await ports.host.stackDirectory(run.stack), ".env");
    if (own === undefined) {
        return;
    }
    const directory = await machine.stackDirectory();
    const there = await machine.files.readText(directory, ".env");
    const isOurs =
        there === undefined || there === own || (await wasSent(ports, run.stack, machine.id, ports.hash(there)));
    if (!isOurs) {
        run.say(`Note: the .env on ${machine.name} was not sent from here: it is left as it is.`);
        return;
    }
    // First, so that a crash in between does not make it one that is not ours.
    await noteSent(ports, deploymentId, machine.id, ports.hash(own));
    if (there !== own) {
        await machine.files.write(directory, ".env", own, 0o600);
        run.say(`Sent the stack's .env to ${machine.name}`);
    }
}

async function wasSent(ports: SendEnvironmentPorts, stack: string, machineId: string, hash: string): Promise<boolean> {
    for (const id of await ports.releases.list(stack)) {
        if ((await ports.releases.find(id))?.machines?.[machineId]?.sentEnvironmentHash === hash) {
            return true;
        }
    }
    return false;
}

async function noteSent(
    ports: SendEnvironmentPorts,
    deploymentId: string,
    machineId: string,
    sentEnvironmentHash: string,
): Promise<void> {
    const release = await ports.releases.find(deploymentId);
    const there = release?.machines?.[machineId];
    if (release === undefined || there?.sentEnvironmentHash === sentEnvironmentHash) {
        return;
    }
    const noted = { images: release.images, serviceHashes: {}, ...there, sentEnvironmentHash };
    await ports.releases.update({ ...release, machines: { ...release.machines, [machineId]: noted } });
}
