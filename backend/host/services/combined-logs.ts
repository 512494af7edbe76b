import { errorMessage } from "../../../common/errors.ts";
import { composeActions, composeCommand, projectCommand } from "../core/compose-command.ts";
import type { OtherMachine } from "../core/elsewhere.ts";
import type { Log } from "../core/log.ts";
import type { StackContainer } from "../core/stack.ts";
import type { TerminalStart, TerminalViewer } from "../core/terminal.ts";
import type { ComposePorts } from "./run-compose.ts";
import { noFilesDirectory } from "./run-project.ts";
import type { Terminal } from "./terminal.ts";

export interface CombinedLogsPorts extends Omit<ComposePorts, "watch"> {
    /** Those on this machine. */
    readonly containersOf: (stack: string) => readonly StackContainer[];
    readonly log: Log;
}

/** Follows a stack's logs as long as somebody looks at them. */
export interface CombinedLogs {
    join(stack: string, viewer: TerminalViewer): string;
    /** Follows again where nothing is followed any more, because everything had stopped, and now something runs. */
    revive(): void;
}

/** What one machine runs of a stack. */
interface Part {
    readonly machine: string;
    readonly containers: readonly StackContainer[];
    readonly prepare: () => Promise<TerminalStart>;
}

export function createCombinedLogs(ports: CombinedLogsPorts): CombinedLogs {
    const followed = new WeakMap<Terminal, Set<string>>();

    function partsOf(stack: string): readonly Part[] {
        const elsewhere = ports.extension().elsewhere().get(stack);
        const here = { machine: "", containers: ports.containersOf(stack), prepare: () => followHere(ports, stack) };
        const isAlone = elsewhere?.alsoHere === false && elsewhere.machines.length === 1;
        const there = (elsewhere?.machines ?? []).map((machine) => ({
            machine: machine.name,
            containers: machine.containers,
            prepare: async () => followThere(machine, isAlone ? "" : `${machine.name}/`),
        }));
        return elsewhere?.alsoHere === false ? there : [here, ...there];
    }

    async function follow(stack: string, { machine, prepare }: Part): Promise<void> {
        const terminal = ports.terminals.find("combined", stack);
        const machines = terminal && (followed.get(terminal) ?? new Set<string>());
        if (terminal === undefined || machines === undefined || machines.has(machine)) {
            return;
        }
        followed.set(terminal, machines.add(machine));
        try {
            const start = await prepare();
            if (terminal.viewers() > 0) {
                clearUnused(terminal);
                await terminal.attach(start, ports.stopping);
            }
        } finally {
            machines.delete(machine);
        }
    }

    function followWhere(stack: string, isWorthIt: (container: StackContainer) => boolean): void {
        for (const part of partsOf(stack).filter(({ containers }) => containers.some(isWorthIt))) {
            follow(stack, part).catch((error: unknown) =>
                ports.log.warn({ err: error, stack }, "logs cannot be followed"),
            );
        }
    }

    return {
        join(stack, viewer) {
            if (viewer.isGone?.() === true) {
                return "";
            }
            const shown = ports.terminals.open("combined", stack).join(viewer);
            followWhere(stack, ({ oneOff }) => !oneOff);
            return shown;
        },
        revive() {
            ports.terminals
                .watched("combined")
                .forEach((stack) => followWhere(stack, ({ state }) => state === "running"));
        },
    };
}

/** What is followed anew begins with the last lines. */
function clearUnused(terminal: Terminal): void {
    if (!terminal.isRunning()) {
        terminal.clear();
    }
}

async function followHere(
    { files, extension, programs }: Pick<ComposePorts, "files" | "extension" | "programs">,
    stack: string,
): Promise<TerminalStart> {
    const folder = await files.find(stack);
    if (folder?.composeFileName === undefined) {
        const argv = projectCommand(stack, composeActions.logs);
        return (options) => programs.start({ argv, directory: noFilesDirectory }, options);
    }
    const directory = await files.directory(stack);
    const argv = composeCommand("logs", await files.environmentFiles(stack));
    const environment = await extension().environment(stack);
    return (options) => programs.start({ argv, directory, environment }, options);
}

function followThere(machine: OtherMachine, prefix: string): TerminalStart {
    return ({ onData, onExit }) => {
        const ending = new AbortController();
        const onLine = (line: string): void => onData(`${prefix}${line}\r\n`);
        machine.follow({ signal: ending.signal, onLine }).then(
            () => onExit(0),
            (error: unknown) => {
                onLine(errorMessage(error));
                onExit(1);
            },
        );
        return { resize: () => undefined, end: () => ending.abort() };
    };
}
