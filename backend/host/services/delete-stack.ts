import type { DeleteOptions } from "../../../common/schema/stack-options.ts";
import { AppError, errorMessage } from "../../../common/errors.ts";
import type { ComposeAction } from "../core/compose-command.ts";
import { onlyElsewhere, type Elsewhere } from "../core/elsewhere.ts";
import type { StackExtension } from "../core/stack-extension.ts";
import type { StackFiles } from "../core/stack-files.ts";
import { existingStack } from "./existing-stack.ts";
import type { Terminals } from "./terminals.ts";

export interface DeleteStackPorts {
    readonly files: Pick<StackFiles, "find" | "remove">;
    readonly terminals: Terminals;
    readonly extension: () => StackExtension;
    /** Runs compose wherever the stack runs. */
    readonly run: (stack: string, actions: readonly ComposeAction[]) => Promise<void>;
    readonly notify: (stack: string, action: "stopped" | "deleted") => Promise<void>;
}

/** Dockge's way. */
export const plainDelete: DeleteOptions = { keepFiles: false, removeVolumes: false, force: false };

/**
 * Takes a stack down and removes its folder. With `keepFiles` it is only taken down: nothing else is forgotten. `force`
 * removes the folder although taking down fails. Throws AppError `unavailable` where one of its machines is away.
 */
export async function deleteStack(ports: DeleteStackPorts, stack: string, options: DeleteOptions): Promise<void> {
    const { keepFiles, removeVolumes } = options;
    const folder = await existingStack(ports.files, stack);
    const elsewhere = ports.extension().elsewhere();
    const isForced = options.force && !keepFiles;
    if (!isForced) {
        checkAllAnswer(stack, elsewhere.get(stack));
    }
    if (folder.composeFileName !== undefined || onlyElsewhere(elsewhere, stack) !== undefined) {
        await takeDown(ports, stack, removeVolumes ? "removeWithVolumes" : "remove", isForced);
    }
    if (!keepFiles) {
        await ports.files.remove(stack);
    }
    await ports.notify(stack, keepFiles ? "stopped" : "deleted");
}

async function takeDown(
    { run, terminals }: DeleteStackPorts,
    stack: string,
    action: ComposeAction,
    isForced: boolean,
): Promise<void> {
    try {
        await run(stack, [action]);
    } catch (error) {
        if (!isForced) {
            throw error;
        }
        const terminal = terminals.open("progress", stack);
        terminal.write(`${errorMessage(error)}\r\nIts folder is removed all the same.\r\n`);
    }
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
