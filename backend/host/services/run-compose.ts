import { AppError } from "../../../common/errors.ts";
import { composeCommand, type ComposeAction } from "../core/compose-command.ts";
import type { ContainerWatch } from "../core/container-watch.ts";
import type { StackExtension } from "../core/stack-extension.ts";
import type { StackFiles } from "../core/stack-files.ts";
import type { TerminalPrograms } from "../core/terminal.ts";
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
export async function runCompose(ports: ComposePorts, stack: string, action: ComposeAction): Promise<void> {
    const terminal = ports.terminals.open("progress", stack);
    try {
        await ports.watch.ping();
        const directory = await ports.files.directory(stack);
        const argv = composeCommand(action, await ports.files.environmentFiles(stack));
        terminal.write(`$ ${argv.join(" ")}\r\n`);
        const signal = AbortSignal.any([ports.stopping, AbortSignal.timeout(composePatience)]);
        const environment = await ports.extension().environment(stack);
        const exitCode = await terminal.run(ports.programs, { argv, directory, environment }, signal);
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
