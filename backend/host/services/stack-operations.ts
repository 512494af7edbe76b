import { stackStatus } from "../../../common/schema/stack.ts";
import { AppError } from "../../../common/errors.ts";
import type { ComposeAction } from "../core/compose-command.ts";
import type { StackLock } from "../core/stack-lock.ts";
import { existingStack } from "./existing-stack.ts";
import { machineNames, type Elsewhere } from "../core/elsewhere.ts";
import { runEverywhere, type RunEverywherePorts } from "./run-everywhere.ts";
import { saveElsewhere, saveStack, type StackEdit } from "./save-stack.ts";

export type StackAction = "started" | "stopped" | "deleted";

export interface StackOperationsPorts extends RunEverywherePorts {
    readonly lock: StackLock;
    readonly status: (stack: string) => number;
    /** Tells those who care about the user's wish before the operation is answered. */
    readonly notify: (stack: string, action: StackAction) => Promise<void>;
    /** Why no compose command may be run for a stack from here; undefined where it may. */
    readonly findTrouble?: ((stack: string) => Promise<string | undefined>) | undefined;
    /** Makes the list look again. */
    readonly refresh: () => void;
}

/**
 * What the buttons of a stack's page do. Every operation holds the stack's lock; while another does, it throws AppError
 * `conflict` that names it. `not_found` where there is no such stack. But for `save`, `conflict` where there is trouble.
 */
export interface StackOperations {
    save(edit: StackEdit): Promise<void>;
    deploy(edit: StackEdit): Promise<void>;
    start(stack: string): Promise<void>;
    stop(stack: string): Promise<void>;
    restart(stack: string): Promise<void>;
    update(stack: string): Promise<void>;
    down(stack: string): Promise<void>;
    delete(stack: string): Promise<void>;
}

export function createStackOperations(ports: StackOperationsPorts): StackOperations {
    const { files, notify } = ports;

    async function remove(stack: string): Promise<void> {
        const folder = await existingStack(files, stack);
        const elsewhere = onlyElsewhere(ports, stack);
        checkAllAnswer(stack, elsewhereOf(ports, stack));
        if (folder.composeFileName !== undefined || elsewhere !== undefined) {
            await run(ports, stack, ["remove"]);
        }
        await files.remove(stack);
        await notify(stack, "deleted");
    }

    async function save(edit: StackEdit): Promise<void> {
        const elsewhere = onlyElsewhere(ports, edit.name);
        if (elsewhere !== undefined && !edit.isAdd) {
            await saveElsewhere(files, edit, elsewhere);
            return;
        }
        await saveStack(files, edit);
    }

    async function deploy(edit: StackEdit): Promise<void> {
        const elsewhere = onlyElsewhere(ports, edit.name);
        if (elsewhere !== undefined) {
            throw new AppError(
                "conflict",
                `${edit.name} runs on ${machineNames(elsewhere)}: what it runs comes from its repository. Save its .env, ` +
                    "then deploy a commit",
            );
        }
        await saveStack(files, edit);
        await run(ports, edit.name, ["up"]);
        await notify(edit.name, "started");
    }

    function update(stack: string): Promise<void> {
        const isRunning = ports.status(stack) === stackStatus.running;
        return run(ports, stack, isRunning ? ["pull", "up"] : ["pull"]);
    }

    function button(what: string, action: ComposeAction, done: StackAction) {
        return (stack: string): Promise<void> =>
            untroubled(ports, stack, what, async () => {
                await run(ports, stack, [action]);
                await notify(stack, done);
            });
    }

    return {
        save: (edit) => alone(ports, edit.name, "its files are being saved", () => save(edit)),
        deploy: (edit) => untroubled(ports, edit.name, "it is being deployed", () => deploy(edit)),
        start: button("it is being started", "up", "started"),
        stop: button("it is being stopped", "stop", "stopped"),
        restart: button("it is being restarted", "restart", "started"),
        down: button("it is being taken down", "down", "stopped"),
        update: (stack) => untroubled(ports, stack, "it is being updated", () => update(stack)),
        delete: (stack) => untroubled(ports, stack, "it is being deleted", () => remove(stack)),
    };
}

async function untroubled(
    ports: StackOperationsPorts,
    stack: string,
    what: string,
    operation: () => Promise<void>,
): Promise<void> {
    // What stands in the way here is no trouble for a stack that runs elsewhere.
    const trouble = onlyElsewhere(ports, stack) === undefined ? await ports.findTrouble?.(stack) : undefined;
    if (trouble !== undefined) {
        throw new AppError("conflict", trouble);
    }
    await alone(ports, stack, what, operation);
}

async function alone(
    { lock, refresh }: StackOperationsPorts,
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

/** Compose actions one after the other in a fresh progress terminal. */
async function run(ports: StackOperationsPorts, stack: string, actions: readonly ComposeAction[]): Promise<void> {
    const folder = await existingStack(ports.files, stack);
    if (folder.composeFileName === undefined && elsewhereOf(ports, stack) === undefined) {
        throw new AppError("not_found", `${stack}: there is no compose file in its folder; save or deploy one first`);
    }
    ports.terminals.open("progress", stack).clear();
    await runEverywhere(ports, folder, actions);
}

function elsewhereOf(ports: StackOperationsPorts, stack: string): Elsewhere | undefined {
    return ports.extension().elsewhere().get(stack);
}

function onlyElsewhere(ports: StackOperationsPorts, stack: string): Elsewhere | undefined {
    const elsewhere = elsewhereOf(ports, stack);
    return elsewhere?.alsoHere === false ? elsewhere : undefined;
}

/** A stack whose folder is gone could not be taken down there any more. */
function checkAllAnswer(stack: string, elsewhere: Elsewhere | undefined): void {
    const away = elsewhere?.machines.filter((machine) => machine.away !== undefined) ?? [];
    if (away.length > 0) {
        throw new AppError(
            "unavailable",
            `${away.map((machine) => machine.away).join(" ")} Nothing of ${stack} was deleted, for what runs there cannot ` +
                "be taken down. Try again when it answers; or disconnect the repository first: then the stack is " +
                "deleted here, and what runs there stays",
        );
    }
}
