import type { Clock } from "../core/clock.ts";
import type { DeployTargetStore } from "../core/deploy-target.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { Engine } from "../core/engine.ts";
import type { ConnectedMachines } from "./machines.ts";
import { type MachineWatch, watchMachine } from "./watch-machine.ts";

export interface WatchMachinesPorts {
    readonly stackMachines: Pick<ConnectedMachines, "find" | "disconnect">;
    readonly deployments: Pick<DeploymentStore, "listActive">;
    readonly deployTargets: Pick<DeployTargetStore, "find">;
    readonly clock: Clock;
}

export interface WatchedMachine {
    readonly name: string;
    /** Where its published ports are reached. */
    readonly hostname: string;
    readonly engine: Engine;
    readonly watch: MachineWatch;
}

/** The machines that some stack uses, watched; no other is connected to. */
export interface MachineWatches {
    find(id: string): WatchedMachine | undefined;
    /** Watches exactly these targets, each given with a stack that uses it, and tries those anew that are away. Waits for none. */
    use(users: ReadonlyMap<string, string>): Promise<void>;
    stop(): void;
}

/** `onChange` is called whenever a machine has been looked at. */
export function createMachineWatches(ports: WatchMachinesPorts, onChange: () => void): MachineWatches {
    const watched = new Map<string, WatchedMachine>();
    let isStopped = false;

    /** A target whose access was changed is another machine. */
    async function watchOne(id: string, stack: string): Promise<void> {
        const target = await ports.deployTargets.find(id);
        const machine = await ports.stackMachines.find(stack, id);
        const known = watched.get(id);
        if (isStopped) {
            return;
        }
        if (machine !== undefined && known?.engine === machine.engine && known.name === machine.name) {
            known.watch.retry();
            return;
        }
        known?.watch.stop();
        watched.delete(id);
        if (target !== undefined && machine !== undefined) {
            const { name, engine } = machine;
            const watch = watchMachine({ name, engine, clock: ports.clock, onChange });
            watched.set(id, { name, engine, watch, hostname: target.host });
        }
    }

    async function leave(id: string, { watch }: WatchedMachine): Promise<void> {
        watch.stop();
        watched.delete(id);
        // A deployment that still runs there must not lose its connection.
        if ((await ports.deployments.listActive()).length === 0) {
            ports.stackMachines.disconnect(id);
        }
    }

    return {
        find: (id) => watched.get(id),
        async use(users) {
            for (const [id, machine] of watched) {
                if (!users.has(id)) {
                    await leave(id, machine);
                }
            }
            for (const [id, stack] of users) {
                await watchOne(id, stack);
            }
        },
        stop() {
            isStopped = true;
            watched.forEach(({ watch }) => watch.stop());
            watched.clear();
        },
    };
}
