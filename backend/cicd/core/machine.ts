import type { BuildConfigRecord } from "./build-config.ts";
import type { Engine } from "./engine.ts";
import type { Files } from "./files.ts";
import type { HttpProbe } from "./http-probe.ts";
import type { ImageTransfer } from "./image-transfer.ts";
import type { RemoteLock } from "./remote-lock.ts";
import type { TargetHost } from "./target-host.ts";

/** The id of this machine among a stack's targets. */
export const localMachineId = "local";

/** A machine that stacks run on: this one, or one that is reached over SSH. */
export interface Machine {
    /** `local`, or the target's id. */
    readonly id: string;
    /** For people: "this machine", or the target's name. */
    readonly name: string;
    readonly engine: Engine;
    /** Runs commands there; their directories lie there. */
    readonly target: TargetHost;
    /** The stack's directory lies there; every other root is on this machine. */
    readonly files: Files;
    /** Asks addresses as they are seen from there. */
    readonly probe: HttpProbe;
    /** The stack's directory there, absolute. */
    stackDirectory(): Promise<string>;
    createStackDirectory(): Promise<void>;
    /** What only a machine over SSH has. */
    readonly remote?: { readonly images: ImageTransfer; readonly lock: RemoteLock } | undefined;
}

/** The machines of stacks. */
export interface Machines {
    /** Those that a stack is deployed to, in turn; never empty. Throws AppError `not_found` for a target that is gone. */
    of(
        stack: string,
        config: Pick<BuildConfigRecord, "targetIds">,
    ): Promise<readonly [Machine, ...(readonly Machine[])]>;
    /** One of them by its id; undefined for a target that is gone. */
    find(stack: string, id: string): Promise<Machine | undefined>;
}
