import { stackStatus } from "../../../common/schema/stack.ts";
import { AppError } from "../../../common/errors.ts";
import type { ComposeAction } from "../core/compose-command.ts";
import type { StackFolder } from "../core/stack.ts";
import type { StackTexts } from "../core/stack-files.ts";
import type { StackLock } from "../core/stack-lock.ts";
import { checkStackTexts } from "./check-stack-texts.ts";
import { runCompose, type ComposePorts } from "./run-compose.ts";

export type StackAction = "started" | "stopped" | "deleted";

export interface StackOperationsPorts extends ComposePorts {
    readonly lock: StackLock;
    readonly status: (stack: string) => number;
    /** Tells those who care about the user's wish before the operation is answered. */
    readonly notify: (stack: string, action: StackAction) => Promise<void>;
    /** Makes the list look again. */
    readonly refresh: () => void;
}

export interface StackEdit extends StackTexts {
    readonly name: string;
    /** Whether the stack is new. */
    readonly isAdd: boolean;
}

/**
 * What the buttons of a stack's page do. Every operation holds the stack's lock; while another does, it throws AppError
 * `conflict` that names it. `not_found` where there is no such stack.
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
    const { files, lock, notify, refresh, terminals } = ports;

    async function alone(stack: string, what: string, operation: () => Promise<void>): Promise<void> {
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
    async function run(stack: string, actions: readonly ComposeAction[]): Promise<void> {
        const folder = await existing(stack);
        if (folder.composeFileName === undefined) {
            throw new AppError(
                "not_found",
                `${stack}: there is no compose file in its folder yet; save or deploy one first`,
            );
        }
        terminals.open("progress", stack).clear();
        for (const action of actions) {
            await runCompose(ports, stack, action);
        }
    }

    async function existing(stack: string): Promise<StackFolder> {
        const folder = await files.find(stack);
        if (folder === undefined) {
            throw new AppError("not_found", "Stack not found");
        }
        return folder;
    }

    async function write({ name, isAdd, ...texts }: StackEdit): Promise<void> {
        checkStackTexts(texts);
        if (!isAdd) {
            return files.write(await existing(name), texts);
        }
        if ((await files.find(name)) !== undefined) {
            throw new AppError("conflict", "Stack name already exists");
        }
        await files.create(name);
        await files.write({ name }, texts);
    }

    async function remove(stack: string): Promise<void> {
        const folder = await existing(stack);
        if (folder.composeFileName !== undefined) {
            await run(stack, ["remove"]);
        }
        await files.remove(stack);
        await notify(stack, "deleted");
    }

    function button(what: string, actions: readonly ComposeAction[], done?: StackAction) {
        return (stack: string): Promise<void> =>
            alone(stack, what, async () => {
                await run(stack, actions);
                if (done !== undefined) {
                    await notify(stack, done);
                }
            });
    }

    return {
        save: (edit) => alone(edit.name, "its files are being saved", () => write(edit)),
        deploy: (edit) =>
            alone(edit.name, "it is being deployed", async () => {
                await write(edit);
                await run(edit.name, ["up"]);
                await notify(edit.name, "started");
            }),
        start: button("it is being started", ["up"], "started"),
        stop: button("it is being stopped", ["stop"], "stopped"),
        restart: button("it is being restarted", ["restart"], "started"),
        down: button("it is being taken down", ["down"], "stopped"),
        update: (stack) =>
            alone(stack, "it is being updated", () =>
                run(stack, ports.status(stack) === stackStatus.running ? ["pull", "up"] : ["pull"]),
            ),
        delete: (stack) => alone(stack, "it is being deleted", () => remove(stack)),
    };
}
