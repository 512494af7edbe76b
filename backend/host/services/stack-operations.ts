import { stackStatus } from "../../../common/schema/stack.ts";
import type { DeleteOptions } from "../../../common/schema/stack-options.ts";
import { AppError } from "../../../common/errors.ts";
import type { ComposeAction } from "../core/compose-command.ts";
import { deleteStack, plainDelete } from "./delete-stack.ts";
import { existingStack } from "./existing-stack.ts";
import { machineNames, onlyElsewhere, type Elsewhere } from "../core/elsewhere.ts";
import { runEverywhere, type RunEverywherePorts } from "./run-everywhere.ts";
import { refuseUnmanaged, runProject, type ProjectVerb } from "./run-project.ts";
import { saveElsewhere, saveStack, type StackEdit } from "./save-stack.ts";
import { alone, untroubled, type StackTurnPorts } from "./stack-turn.ts";

export type StackAction = "started" | "stopped" | "deleted";

export interface StackOperationsPorts extends RunEverywherePorts, StackTurnPorts {
    readonly status: (stack: string) => number;
    /** Tells those who care about the user's wish before the operation is answered. */
    readonly notify: (stack: string, action: StackAction) => Promise<void>;
    /** Whether it is a project that runs without a folder here. */
    readonly isUnmanaged: (stack: string) => Promise<boolean>;
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
    /** With `keepFiles` it is only taken down. */
    delete(stack: string, options?: DeleteOptions): Promise<void>;
}

export function createStackOperations(ports: StackOperationsPorts): StackOperations {
    const { files, notify } = ports;

    async function save(edit: StackEdit): Promise<void> {
        const elsewhere = onlyElsewhere(ports.extension().elsewhere(), edit.name);
        if (elsewhere !== undefined && !edit.isAdd) {
            await saveElsewhere(files, edit, elsewhere);
            return;
        }
        await saveStack(files, edit);
    }

    async function deploy(edit: StackEdit): Promise<void> {
        const elsewhere = onlyElsewhere(ports.extension().elsewhere(), edit.name);
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

    async function update(stack: string): Promise<void> {
        await checkManaged(ports, stack);
        const isRunning = ports.status(stack) === stackStatus.running;
        await run(ports, stack, isRunning ? ["pull", "up"] : ["pull"]);
    }

    function button(what: string, action: ComposeAction, done: StackAction, verb?: ProjectVerb) {
        return (stack: string): Promise<void> =>
            untroubled(ports, stack, what, async () => {
                if (verb !== undefined && (await ports.isUnmanaged(stack))) {
                    await runProject(ports, stack, verb);
                    return;
                }
                await checkManaged(ports, stack);
                await run(ports, stack, [action]);
                await notify(stack, done);
            });
    }

    return {
        save: (edit) => alone(ports, edit.name, "its files are being saved", () => save(edit)),
        deploy: (edit) => untroubled(ports, edit.name, "it is being deployed", () => deploy(edit)),
        start: button("it is being started", "up", "started", "start"),
        stop: button("it is being stopped", "stop", "stopped", "stop"),
        restart: button("it is being restarted", "restart", "started", "restart"),
        down: button("it is being taken down", "down", "stopped"),
        update: (stack) => untroubled(ports, stack, "it is being updated", () => update(stack)),
        delete: (stack, options = plainDelete) =>
            untroubled(ports, stack, "it is being deleted", async () => {
                await checkManaged(ports, stack);
                await deleteStack({ ...ports, run: (...given) => run(ports, ...given) }, stack, options);
            }),
    };
}

async function checkManaged({ isUnmanaged }: StackOperationsPorts, stack: string): Promise<void> {
    if (await isUnmanaged(stack)) {
        refuseUnmanaged(stack);
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
