import type { BuildConfigStore } from "../core/build-config.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { Elsewhere, OtherMachine } from "../core/elsewhere.ts";
import type { Host } from "../core/host.ts";
import { localMachineId } from "../core/machine.ts";
import { liveComposeFile, type LiveComposeFilePorts } from "./live-compose-file.ts";
import { otherMachine, type OtherMachinePorts } from "./other-machine.ts";
import { createMachineWatches, type WatchMachinesPorts } from "./watch-machines.ts";

export type ElsewherePorts = OtherMachinePorts &
    LiveComposeFilePorts &
    WatchMachinesPorts & {
        readonly buildConfigs: Pick<BuildConfigStore, "findByStack" | "list">;
        readonly deployments: Pick<DeploymentStore, "findLive">;
        readonly host: Pick<Host, "refreshStacks">;
    };

/** The stacks that run on other machines, and what is known of these. Only machines that a stack uses are connected to. */
export interface LiveElsewhere {
    current(): ReadonlyMap<string, Elsewhere>;
    /** Looks where every connected stack runs, and begins to watch there; waits for no machine. */
    start(): Promise<void>;
    /** Tells that a stack may run elsewhere than before. */
    changed(stack: string): void;
    /** Tells that a target was changed, or was just reached. */
    targetChanged(id: string): void;
    /** Waits until what was told of is taken in. */
    settled(): Promise<void>;
    stop(): void;
}

/** Where a stack runs. */
interface Places {
    readonly alsoHere: boolean;
    /** Targets, in turn. */
    readonly ids: readonly string[];
    readonly isLive: boolean;
}

export function createElsewhere(ports: ElsewherePorts): LiveElsewhere {
    const places = new Map<string, Places>();
    const refresh = (): void => ports.host.refreshStacks();
    const watches = createMachineWatches(ports, refresh);
    let turn: Promise<void> = Promise.resolve();

    /** One change after the other. */
    function next(work: () => Promise<void>): void {
        turn = turn.then(work).catch(ports.onError);
    }

    /** Answers whether it runs elsewhere than before. */
    async function place(stack: string): Promise<boolean> {
        const before = JSON.stringify(places.get(stack));
        const found = await placesOf(ports, stack);
        if (found === undefined) {
            return places.delete(stack);
        }
        places.set(stack, found);
        return JSON.stringify(found) !== before;
    }

    async function watchWhatIsUsed(): Promise<void> {
        await watches.use(new Map([...places].flatMap(([stack, { ids }]) => ids.map((id) => [id, stack]))));
        refresh();
    }

    function machinesOf(stack: string, { ids, isLive }: Places): readonly OtherMachine[] {
        return ids.flatMap((id) => {
            const watched = watches.find(id);
            return watched === undefined ? [] : [otherMachine(ports, { stack, id, isLive, watched })];
        });
    }

    function elsewhereOf(stack: string, given: Places): Elsewhere {
        const { alsoHere } = given;
        return { alsoHere, machines: machinesOf(stack, given), composeFile: () => liveComposeFile(ports, stack) };
    }

    return {
        current() {
            const all = [...places].map(([stack, given]) => [stack, elsewhereOf(stack, given)] as const);
            return new Map(all.filter(([, { machines }]) => machines.length > 0));
        },
        async start() {
            next(async () => {
                for (const { stackId } of await ports.buildConfigs.list()) {
                    await place(stackId);
                }
                await watchWhatIsUsed();
            });
            await turn;
        },
        changed: (stack) =>
            next(async () => {
                if (await place(stack)) {
                    await watchWhatIsUsed();
                }
                places.get(stack)?.ids.forEach((id) => watches.find(id)?.watch.retry());
            }),
        targetChanged: (id) => next(async () => (watches.find(id) === undefined ? undefined : watchWhatIsUsed())),
        settled: () => turn,
        stop: watches.stop,
    };
}

/** Where what is live runs; before anything is, where it is going to. Undefined for this machine alone. */
async function placesOf(ports: ElsewherePorts, stack: string): Promise<Places | undefined> {
    const config = await ports.buildConfigs.findByStack(stack);
    if (config === undefined) {
        return undefined;
    }
    const live = await ports.deployments.findLive(stack);
    const all = live === undefined ? config.targetIds : live.machines.map(({ id }) => id);
    const ids = all.filter((id) => id !== localMachineId);
    return ids.length === 0
        ? undefined
        : { alsoHere: ids.length < all.length, ids: [...new Set(ids)], isLive: live !== undefined };
}
