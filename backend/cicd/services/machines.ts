import { AppError } from "../../../common/errors.ts";
import type { DeployTargetRecord, DeployTargetStore } from "../core/deploy-target.ts";
import type { Engine } from "../core/engine.ts";
import type { Files } from "../core/files.ts";
import type { Host } from "../core/host.ts";
import type { HttpProbe } from "../core/http-probe.ts";
import { localMachineId, type Machine, type Machines } from "../core/machine.ts";
import type { RemoteMachine, RemoteMachines } from "../core/remote-machine.ts";
import type { TargetHost } from "../core/target-host.ts";
import { crossingFiles } from "./crossing-files.ts";

export interface MachinesPorts {
    readonly host: Pick<Host, "stackDirectory" | "createStackDirectory">;
    readonly engine: Engine;
    readonly target: TargetHost;
    readonly files: Files;
    readonly probe: HttpProbe;
    readonly deployTargets: Pick<DeployTargetStore, "find" | "pinHostKey">;
    readonly machines: Pick<RemoteMachines, "open">;
}

/** The machines of stacks, each connected to once for all of them. */
export interface ConnectedMachines extends Machines {
    /** Ends the connection to one of them; whatever asks it next connects anew. */
    disconnect(id: string): void;
    close(): void;
}

interface Connected {
    readonly access: string;
    hostKey: string | undefined;
    readonly machine: RemoteMachine;
}

export function createMachines(ports: MachinesPorts): ConnectedMachines {
    const open = new Map<string, Connected>();

    /** Another connection after a change of the target, such as its key. */
    function connect(target: DeployTargetRecord): RemoteMachine {
        const access = accessOf(target);
        const known = open.get(target.id);
        if (known?.access === access && known.hostKey === target.hostKey) {
            return known.machine;
        }
        known?.machine.close();
        const connected: Connected = {
            access,
            hostKey: target.hostKey,
            machine: ports.machines.open(target, {
                async onHostKey(hostKey) {
                    await ports.deployTargets.pinHostKey(target.id, hostKey);
                    // Seen by this very connection: no reason for another one.
                    connected.hostKey = hostKey;
                },
            }),
        };
        open.set(target.id, connected);
        return connected.machine;
    }

    async function find(stack: string, id: string): Promise<Machine | undefined> {
        if (id === localMachineId) {
            return thisMachine(ports, stack);
        }
        const target = await ports.deployTargets.find(id);
        return target && otherMachine(ports, stack, { target, connected: connect(target) });
    }

    async function require(stack: string, id: string): Promise<Machine> {
        const found = await find(stack, id);
        if (found === undefined) {
            throw new AppError(
                "not_found",
                `targetIds: the target ${id} is gone; choose another in the build settings`,
                { details: { errorCode: "not_supported" } },
            );
        }
        return found;
    }

    return {
        find,
        async of(stack, { targetIds: [first = localMachineId, ...others] }) {
            const machine = await require(stack, first);
            return [machine, ...(await Promise.all(others.map((id) => require(stack, id))))];
        },
        disconnect(id) {
            open.get(id)?.machine.close();
            open.delete(id);
        },
        close() {
            for (const { machine } of open.values()) {
                machine.close();
            }
            open.clear();
        },
    };
}

function thisMachine({ engine, target, files, probe, host }: MachinesPorts, stack: string): Machine {
    return {
        id: localMachineId,
        name: "this machine",
        engine,
        target,
        files,
        probe,
        stackDirectory: () => host.stackDirectory(stack),
        createStackDirectory: () => host.createStackDirectory(stack),
    };
}

function otherMachine(
    { files }: MachinesPorts,
    stack: string,
    { target, connected }: { readonly target: DeployTargetRecord; readonly connected: RemoteMachine },
): Machine {
    const directory = `${target.stacksDirectory}/${stack}`;
    return {
        id: target.id,
        name: target.name,
        engine: connected.engine,
        target: connected.target,
        files: crossingFiles(files, connected.files, directory),
        probe: connected.probe,
        stackDirectory: async () => directory,
        createStackDirectory: () => connected.files.makeDirectory(directory),
        remote: { images: connected.images, lock: connected.lock },
    };
}

/** All that another connection is needed for, but the host's key. */
function accessOf({ updatedAt, hostKey, hostKeyFingerprint, ...access }: DeployTargetRecord): string {
    return JSON.stringify(access);
}
