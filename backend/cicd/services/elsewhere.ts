import { AppError } from "../../../common/errors.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import type { Clock } from "../core/clock.ts";
import type { DeployTargetStore } from "../core/deploy-target.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { Elsewhere, ElsewhereOutput, OtherMachine } from "../core/elsewhere.ts";
import type { Engine } from "../core/engine.ts";
import type { Files } from "../core/files.ts";
import type { Host } from "../core/host.ts";
import { localMachineId } from "../core/machine.ts";
import { type Release, releaseId, type ReleaseStore } from "../core/release.ts";
import { composeElsewhere, type ComposeElsewherePorts } from "./compose-elsewhere.ts";
import { followContainers } from "./follow-containers.ts";
import type { ConnectedMachines } from "./machines.ts";
import { type MachineWatch, watchMachine } from "./watch-machine.ts";

export interface ElsewherePorts extends ComposeElsewherePorts {
    readonly stackMachines: Pick<ConnectedMachines, "find" | "disconnect">;
    readonly buildConfigs: Pick<BuildConfigStore, "findByStack" | "list">;
    readonly deployments: Pick<DeploymentStore, "findLive" | "listActive">;
    readonly deployTargets: Pick<DeployTargetStore, "find">;
    readonly releases: Pick<ReleaseStore, "find" | "filesDirectory">;
    readonly files: Pick<Files, "readText">;
    readonly host: Pick<Host, "refreshStacks">;
    readonly clock: Clock;
}

/** The stacks that run on other machines, and what is known of these. Only machines that a stack uses are connected to. */
export interface LiveElsewhere {
    current(): ReadonlyMap<string, Elsewhere>;
    /** Looks where every connected stack runs, and begins to watch there; waits for no machine. */
    start(): Promise<void>;
    /** Tells that a stack may run elsewhere than before. */
    changed(stack: string): void;
    /** Tells that a target was changed. */
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

interface Watched {
    readonly name: string;
    readonly hostname: string;
    readonly engine: Engine;
    readonly watch: MachineWatch;
}

const composeFileNames = ["compose.yaml", "docker-compose.yaml", "docker-compose.yml", "compose.yml"];

export function createElsewhere(ports: ElsewherePorts): LiveElsewhere {
    const places = new Map<string, Places>();
    const watched = new Map<string, Watched>();
    let isStopped = false;
    let turn: Promise<void> = Promise.resolve();

    function next(work: () => Promise<void>): void {
        turn = turn.then(work).catch(ports.onError);
    }

    async function place(stack: string): Promise<void> {
        const found = await placesOf(ports, stack);
        if (found === undefined) {
            places.delete(stack);
            return;
        }
        places.set(stack, found);
    }

    async function watchWhatIsUsed(): Promise<void> {
        const users = new Map([...places].flatMap(([stack, { ids }]) => ids.map((id) => [id, stack])));
        for (const [id, { watch }] of watched) {
            if (!users.has(id)) {
                watch.stop();
                watched.delete(id);
                await disconnectUnused(ports, id);
            }
        }
        for (const [id, stack] of users) {
            await watchOne(id, stack);
        }
        ports.host.refreshStacks();
    }

    /** A target whose access was changed is another machine. */
    async function watchOne(id: string, stack: string): Promise<void> {
        const target = await ports.deployTargets.find(id);
        const machine = await ports.stackMachines.find(stack, id);
        const known = watched.get(id);
        if (isStopped || (machine !== undefined && known?.engine === machine.engine && known.name === machine.name)) {
            return;
        }
        known?.watch.stop();
        watched.delete(id);
        if (target !== undefined && machine !== undefined) {
            const { name, engine } = machine;
            const onChange = (): void => ports.host.refreshStacks();
            const watch = watchMachine({ name, engine, clock: ports.clock, onChange });
            watched.set(id, { name, engine, watch, hostname: target.host });
        }
    }

    function machinesOf(stack: string, { ids, isLive }: Places): readonly OtherMachine[] {
        return ids.flatMap((id) => {
            const found = watched.get(id);
            return found === undefined ? [] : [otherMachine(ports, { stack, id, isLive, watched: found })];
        });
    }

    return {
        current() {
            const all = [...places].map(([stack, given]): readonly [string, Elsewhere] => [
                stack,
                {
                    alsoHere: given.alsoHere,
                    machines: machinesOf(stack, given),
                    composeFile: () => composeFileOf(ports, stack),
                },
            ]);
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
        changed(stack) {
            next(async () => {
                const before = JSON.stringify(places.get(stack));
                await place(stack);
                if (JSON.stringify(places.get(stack)) !== before) {
                    await watchWhatIsUsed();
                }
            });
        },
        targetChanged(id) {
            next(async () => {
                if (watched.has(id)) {
                    await watchWhatIsUsed();
                }
            });
        },
        settled: () => turn,
        stop() {
            isStopped = true;
            watched.forEach(({ watch }) => watch.stop());
            watched.clear();
        },
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

/** A deployment that still runs there must not lose its connection. */
async function disconnectUnused({ deployments, stackMachines }: ElsewherePorts, id: string): Promise<void> {
    if ((await deployments.listActive()).length === 0) {
        stackMachines.disconnect(id);
    }
}

interface OtherPlace {
    readonly stack: string;
    readonly id: string;
    readonly isLive: boolean;
    readonly watched: Watched;
}

function otherMachine(ports: ElsewherePorts, place: OtherPlace): OtherMachine {
    const { stack, watched } = place;
    const { name, hostname, engine, watch } = watched;
    const containers = watch.containersOf(stack);
    return {
        name,
        hostname,
        away: watch.away(),
        containers,
        compose: (words, output) => compose(ports, place, words, output),
        follow: (output) =>
            followContainers(
                { engine, containers: () => watch.containersOf(stack), onLook: (listener) => watch.onLook(listener) },
                output,
            ),
    };
}

async function compose(
    ports: ElsewherePorts,
    { stack, id, isLive, watched: { name, watch } }: OtherPlace,
    words: readonly string[],
    output: ElsewhereOutput,
): Promise<number> {
    const away = watch.away();
    const machine = await ports.stackMachines.find(stack, id);
    if (away !== undefined || machine === undefined) {
        throw new AppError("unavailable", away ?? `${name} is no target any more; choose another in the build settings`);
    }
    if (!isLive && watch.containersOf(stack).length === 0) {
        output.onLine(`Nothing of ${stack} was deployed to ${name} yet.`);
        return 0;
    }
    try {
        return await composeElsewhere(ports, { stack, machine }, words, output);
    } finally {
        // What the button's answer is followed by is already known then.
        await watch.look();
    }
}

async function composeFileOf(
    ports: Pick<ElsewherePorts, "deployments" | "releases" | "files">,
    stack: string,
): Promise<{ readonly name: string; readonly text: string } | undefined> {
    const live = await ports.deployments.findLive(stack);
    const release = live && (await ports.releases.find(releaseId(live)));
    const name = release && composeFileNames.find((file) => hasFile(release, file));
    const text =
        name && release && (await ports.files.readText(ports.releases.filesDirectory(release.deploymentId), name));
    return name === undefined || text === undefined ? undefined : { name, text };
}

function hasFile({ files }: Release, path: string): boolean {
    return files.some((file) => file.path === path);
}

interface ToldStores {
    readonly deployments: DeploymentStore;
    readonly deployTargets: DeployTargetStore;
}

/** The same ports, whose stores tell where a stack goes live, and of targets that change, whoever does it. */
export function withElsewhere<P extends ToldStores>(
    ports: P,
    told: Pick<LiveElsewhere, "changed" | "targetChanged">,
): P {
    const { deployments, deployTargets } = ports;
    return {
        ...ports,
        deployments: {
            ...deployments,
            async transition(id, from, to, change) {
                const changed = await deployments.transition(id, from, to, change);
                if (changed !== undefined && to === "successful") {
                    told.changed(changed.stackId);
                }
                return changed;
            },
            async create(given) {
                const created = await deployments.create(given);
                if (created.status === "successful") {
                    told.changed(created.stackId);
                }
                return created;
            },
        },
        deployTargets: {
            ...deployTargets,
            async update(id, target) {
                const updated = await deployTargets.update(id, target);
                told.targetChanged(id);
                return updated;
            },
            async pinHostKey(id, hostKey) {
                await deployTargets.pinHostKey(id, hostKey);
                told.targetChanged(id);
            },
        },
    };
}
