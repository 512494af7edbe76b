import { AppError } from "../../../common/errors.ts";
import type { ElsewhereOutput, OtherMachine } from "../core/elsewhere.ts";
import type { Machines } from "../core/machine.ts";
import { composeElsewhere, type ComposeElsewherePorts } from "./compose-elsewhere.ts";
import { followContainers } from "./follow-containers.ts";
import type { WatchedMachine } from "./watch-machines.ts";

export interface OtherMachinePorts extends ComposeElsewherePorts {
    readonly stackMachines: Pick<Machines, "find">;
}

/** What a machine is to a stack. */
export interface OtherPlace {
    readonly stack: string;
    readonly id: string;
    /** Whether anything of the stack was deployed yet. */
    readonly isLive: boolean;
    readonly watched: WatchedMachine;
}

/** A machine as one stack of it is shown, with what is known of it now. */
export function otherMachine(ports: OtherMachinePorts, place: OtherPlace): OtherMachine {
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
    ports: OtherMachinePorts,
    { stack, id, isLive, watched: { name, watch } }: OtherPlace,
    words: readonly string[],
    output: ElsewhereOutput,
): Promise<number> {
    const away = watch.away();
    const machine = await ports.stackMachines.find(stack, id);
    if (away !== undefined || machine === undefined) {
        watch.retry();
        throw new AppError(
            "unavailable",
            away ?? `${name} is no target any more; choose another in the build settings`,
        );
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
