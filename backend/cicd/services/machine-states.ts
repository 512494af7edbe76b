import type { MachineState } from "../../../common/schema/deployment.ts";
import type { MachineOfRun } from "../core/deployment.ts";
import type { Release } from "../core/release.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import type { MachineBefore } from "./find-before.ts";

/** The machines that a run reaches, in turn, with what each ran before. What was noted before a crash stays. */
export function listMachines({ record }: DeploymentRun, all: readonly MachineBefore[]): readonly MachineOfRun[] {
    const known = new Map(record.machines.map((machine) => [machine.id, machine]));
    return all.map(({ machine: { id, name }, release }) => {
        const before = known.get(id)?.before ?? release?.deploymentId;
        return { id, name, state: known.get(id)?.state ?? "waiting", ...(before !== undefined && { before }) };
    });
}

/** The machines that a rollback reaches, with what each runs after it. */
export function listRestored(
    { record }: DeploymentRun,
    all: readonly MachineBefore[],
    previous: Release,
): readonly MachineOfRun[] {
    const known = new Map(record.machines.map(({ id, state }) => [id, state]));
    return all.flatMap(({ machine: { id, name }, release }) => {
        if (release === undefined) {
            return [];
        }
        const other = release.deploymentId === previous.deploymentId ? {} : { releaseId: release.deploymentId };
        return [{ id, name, state: known.get(id) ?? "waiting", ...other }];
    });
}

/** A run's machines with how far it has come on one of them. */
export function withState({ record }: DeploymentRun, id: string, state: MachineState): readonly MachineOfRun[] {
    return record.machines.map((one) => (one.id === id ? { ...one, state } : one));
}
