import { composeCommand } from "../core/compose-command.ts";
import type { Log } from "../core/log.ts";
import type { StackContainer } from "../core/stack.ts";
import type { TerminalViewer } from "../core/terminal.ts";
import type { ComposePorts } from "./run-compose.ts";

export interface CombinedLogsPorts extends Omit<ComposePorts, "watch"> {
    readonly containersOf: (stack: string) => readonly StackContainer[];
    readonly log: Log;
}

/** Follows a stack's logs as long as somebody looks at them. */
export interface CombinedLogs {
    join(stack: string, viewer: TerminalViewer): string;
    /** Follows again where the program has ended, because everything had stopped, and now something runs. */
    revive(): void;
}

export function createCombinedLogs(ports: CombinedLogsPorts): CombinedLogs {
    const starting = new Set<string>();

    async function follow(stack: string): Promise<void> {
        const terminal = ports.terminals.find("combined", stack);
        if (terminal === undefined || terminal.isRunning() || starting.has(stack) || !hasContainers(stack)) {
            return;
        }
        starting.add(stack);
        try {
            const directory = await ports.files.directory(stack);
            const argv = composeCommand("logs", await ports.files.environmentFiles(stack));
            const environment = await ports.extension().environment(stack);
            if (terminal.viewers() > 0) {
                terminal.clear();
                terminal
                    .run(ports.programs, { argv, directory, environment }, ports.stopping)
                    .catch(noteFailure(stack));
            }
        } finally {
            starting.delete(stack);
        }
    }

    function followLater(stack: string): void {
        follow(stack).catch(noteFailure(stack));
    }

    function noteFailure(stack: string) {
        return (error: unknown): void => ports.log.warn({ err: error, stack }, "logs cannot be followed");
    }

    function hasContainers(stack: string): boolean {
        return ports.containersOf(stack).some((container) => !container.oneOff);
    }

    return {
        join(stack, viewer) {
            const shown = ports.terminals.open("combined", stack).join(viewer);
            followLater(stack);
            return shown;
        },
        revive() {
            const stopped = ports.terminals
                .watched("combined")
                .filter((stack) => ports.containersOf(stack).some((container) => container.state === "running"));
            stopped.forEach(followLater);
        },
    };
}
