import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { localMachineId } from "../core/machine.ts";
import { type Release, releaseId, type ReleaseStore } from "../core/release.ts";
import type { Connection } from "./connection.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import type { MachineSteps } from "./machine-steps.ts";

/** What there is to go back to on one machine. */
export interface MachineBefore {
    readonly machine: MachineSteps;
    readonly release: Release | undefined;
    /** Something was live there, but its release is not kept any more. */
    readonly isLost: boolean;
}

export interface FoundBefore {
    readonly before: readonly MachineBefore[];
    /** The release that is live, where it is kept. */
    readonly live: Release | undefined;
}

interface BeforePorts {
    readonly deployments: Pick<DeploymentStore, "findLive">;
    readonly releases: Pick<ReleaseStore, "find">;
}

interface BeforeInput {
    readonly release: Release;
    readonly connection: Connection;
    readonly machines: readonly MachineSteps[];
}

/** What ran before: the release of the live deployment, or a snapshot of what a machine runs without one. */
export async function findBefore(
    ports: BeforePorts,
    run: DeploymentRun,
    { release, connection, machines }: BeforeInput,
): Promise<FoundBefore> {
    const row = await ports.deployments.findLive(run.stack);
    const live = row && (await ports.releases.find(releaseId(row)));
    if (row !== undefined) {
        tellOfLeft(run, row, machines);
    }
    const before: MachineBefore[] = [];
    for (const machine of machines) {
        const id = notedBefore(run.record, machine.id) ?? (row && releaseOfRow(row, machine.id));
        const known = id === undefined ? undefined : await ports.releases.find(id);
        if (known !== undefined) {
            before.push({ machine, release: known, isLost: false });
            continue;
        }
        // What ran on another machine is not what the stack runs by now, nor what the first one ran.
        const isLive = row === undefined && before.every(({ release: other }) => other === undefined);
        // Once applying has begun, what runs may be half of this very release: nothing to go back to.
        const snapshot = mayHaveTouched(run.record)
            ? undefined
            : await machine.snapshot(run, release, connection, isLive);
        before.push({ machine, release: snapshot, isLost: id !== undefined && snapshot === undefined });
    }
    return { before, live };
}

/** What this very run has found, before it was interrupted. */
function notedBefore({ machines }: DeploymentRecord, id: string): string | undefined {
    return machines.find((machine) => machine.id === id)?.before;
}

/** The release that a machine runs by a successful row; undefined where it is none of its machines. */
export function releaseOfRow(row: DeploymentRecord, id: string): string | undefined {
    const there = row.machines.find((machine) => machine.id === id);
    return ranOn(row, id) ? (there?.releaseId ?? releaseId(row)) : undefined;
}

/** Whether anything of the stack may have changed already. */
export function mayHaveTouched({ status, phase }: DeploymentRecord): boolean {
    return status === "deploying" && phase !== "previewing";
}

/** Rows of older versions name no machine: they ran on this one. */
function ranOn({ machines }: DeploymentRecord, id: string): boolean {
    return machines.length === 0 ? id === localMachineId : machines.some((machine) => machine.id === id);
}

/** A machine that the stack is not deployed to any more keeps what it runs: only its user knows whether it is needed. */
function tellOfLeft(run: DeploymentRun, { machines }: DeploymentRecord, now: readonly MachineSteps[]): void {
    for (const { id, name } of machines) {
        if (!now.some((machine) => machine.id === id)) {
            run.say(`Note: the stack is not deployed to ${name} any more; what runs there is left as it is.`);
        }
    }
}
