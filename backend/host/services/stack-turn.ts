import { AppError } from "../../../common/errors.ts";
import { onlyElsewhere } from "../core/elsewhere.ts";
import type { StackExtension } from "../core/stack-extension.ts";
import type { StackLock } from "../core/stack-lock.ts";

export interface StackTurnPorts {
    readonly lock: StackLock;
    readonly extension: () => StackExtension;
    /** Why no compose command may be run for a stack from here; undefined where it may. */
    readonly findTrouble?: ((stack: string) => Promise<string | undefined>) | undefined;
    /** Makes the list look again. */
    readonly refresh: () => void;
}

/** Works on a stack while nobody else does. Throws AppError `conflict` that names who does, or what stands in the way. */
export async function untroubled(
    ports: StackTurnPorts,
    stack: string,
    what: string,
    operation: () => Promise<void>,
): Promise<void> {
    // What stands in the way here is no trouble for a stack that runs elsewhere.
    const isElsewhere = onlyElsewhere(ports.extension().elsewhere(), stack) !== undefined;
    const trouble = isElsewhere ? undefined : await ports.findTrouble?.(stack);
    if (trouble !== undefined) {
        throw new AppError("conflict", trouble);
    }
    await alone(ports, stack, what, operation);
}

/** The same, whatever stands in the way of compose commands. */
export async function alone(
    { lock, refresh }: StackTurnPorts,
    stack: string,
    what: string,
    operation: () => Promise<void>,
): Promise<void> {
    const held = lock.tryAcquire(stack, what);
    if ("heldBy" in held) {
        throw new AppError("conflict", `${stack} is busy: ${held.heldBy}. Please try again when it has ended.`);
    }
    try {
        await operation();
    } finally {
        held.release();
        refresh();
    }
}
