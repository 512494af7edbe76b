import type { DeployedMachine, MachineState } from "../../../common/schema/deployment.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import type { MachineBefore } from "./find-before.ts";

/** The machines that a run reaches, in turn. What a run before a crash has noted stays. */
export function listMachines({ record }: DeploymentRun, all: readonly MachineBefore[]): readonly DeployedMachine[] {
    const known = new Map(record.machines.map(({ id, state }) => [id, state]));
    return all.map(({ machine: { id, name } }) => ({ id, name, state: known.get(id) ?? "waiting" }));
}

/** A run's machines with how far it has come on one of them. */
export function withState({ record }: DeploymentRun, id: string, state: MachineState): readonly DeployedMachine[] {
    return record.machines.map((one) => (one.id === id ? { ...one, state } : one));
}
