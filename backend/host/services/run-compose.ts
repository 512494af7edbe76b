import { AppError } from "../../../common/errors.ts";
import { composeCommand, type ComposeAction, type ServiceAction } from "../core/compose-command.ts";
import type { ContainerWatch } from "../core/container-watch.ts";
import type { StackExtension } from "../core/stack-extension.ts";
import type { StackFiles } from "../core/stack-files.ts";
import type { TerminalCommand, TerminalPrograms } from "../core/terminal.ts";
import type { Terminals } from "./terminals.ts";

export interface ComposePorts {
    readonly files: StackFiles;
    readonly watch: ContainerWatch;
    readonly terminals: Terminals;
    readonly programs: TerminalPrograms;
    readonly extension: () => StackExtension;
    /** Aborts when the server stops. */
    readonly stopping: AbortSignal;
}

/** Pulling large images over a slow line takes its time; nothing takes longer than this. In milliseconds. */
export const composePatience = 60 * 60 * 1000;

export const failedMessage = "Failed to deploy, please check the terminal output for more information.";

/**
 * Runs compose in the stack's folder and shows it in the progress terminal. Throws AppError `conflict` when it fails,
 * `unavailable` (the sentence stands in the terminal too) when the engine or the command is missing.
 */
export async function runCompose(
    ports: ComposePorts,
    stack: string,
    action: ComposeAction | ServiceAction,
): Promise<void> {
    await runInProgress(ports, stack, async () => ({
        directory: await ports.files.directory(stack),
        argv: composeCommand(action, await ports.files.environmentFiles(stack)),
        environment: await ports.extension().environment(stack),
    }));
}

/** Runs a command in a stack's progress terminal, with the same answers. */
export async function runInProgress(
    ports: Pick<ComposePorts, "watch" | "terminals" | "programs" | "stopping">,
    stack: string,
    prepare: () => Promise<TerminalCommand>,
): Promise<void> {
    const terminal = ports.terminals.open("progress", stack);
    try {
        await ports.watch.ping();
        const command = await prepare();
        terminal.write(`$ ${command.argv.join(" ")}\r\n`);
        const signal = AbortSignal.any([ports.stopping, AbortSignal.timeout(composePatience)]);
        const exitCode = await terminal.run(ports.programs, command, signal);
        if (exitCode !== 0) {
            throw new AppError("conflict", failedMessage, { details: { exitCode } });
        }
    } catch (error) {
        if (error instanceof AppError && error.code === "unavailable") {
            terminal.write(`${error.message}\r\n`);
        }
        throw error;
    }
}
