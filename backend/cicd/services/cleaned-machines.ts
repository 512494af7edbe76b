import { errorMessage } from "../../../common/errors.ts";
import type { BuildConfigRecord } from "../core/build-config.ts";
import type { DeploymentRecord } from "../core/deployment.ts";
import type { Engine, ImageInfo } from "../core/engine.ts";
import { localMachineId, type Machines } from "../core/machine.ts";
import type { CleanUpTally } from "./clean-up-tally.ts";

/** A machine that images of ours may lie on, with what its engine had at the beginning of the run. */
export interface CleanedMachine {
    /** Undefined for this one. */
    readonly name: string | undefined;
    readonly engine: Engine;
    readonly images: readonly ImageInfo[];
}

/** The machines of stacks, for one run of the cleaning: one that does not answer is asked only once. */
export interface CleanedMachines {
    /** Those that a stack is deployed to, or was the last times; `isWhole` where all of them answer. */
    of(
        stack: string,
        config: BuildConfigRecord | undefined,
        rows: readonly DeploymentRecord[],
    ): Promise<{ readonly machines: readonly CleanedMachine[]; readonly isWhole: boolean }>;
}

/** How far back it is looked where a stack ran. */
const recentRows = 20;

export function createCleanedMachines(
    ports: { readonly stackMachines: Pick<Machines, "find"> },
    tally: CleanUpTally,
): CleanedMachines {
    const known = new Map<string, Promise<CleanedMachine | undefined>>();

    async function look(stack: string, id: string): Promise<CleanedMachine | undefined> {
        const machine = await ports.stackMachines.find(stack, id);
        if (machine === undefined) {
            return undefined;
        }
        const name = id === localMachineId ? undefined : machine.name;
        try {
            return { name, engine: machine.engine, images: await machine.engine.listImages() };
        } catch (error) {
            tally.left({ part: "images", name: "all images", machine: name, reason: errorMessage(error) });
            return undefined;
        }
    }

    function find(stack: string, id: string): Promise<CleanedMachine | undefined> {
        const found = known.get(id) ?? look(stack, id);
        known.set(id, found);
        return found;
    }

    return {
        async of(stack, config, rows) {
            const past = rows.slice(0, recentRows).flatMap(({ machines }) => machines.map(({ id }) => id));
            const ids = new Set([localMachineId, ...(config?.targetIds ?? []), ...past]);
            const found = await Promise.all([...ids].map((id) => find(stack, id)));
            const machines = found.filter((machine) => machine !== undefined);
            return { machines, isWhole: machines.length === ids.size };
        },
    };
}
