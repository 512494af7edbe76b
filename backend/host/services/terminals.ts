import type { TerminalKind, TerminalViewer } from "../core/terminal.ts";
import { createTerminal, type Terminal } from "./terminal.ts";

/** The terminals of all stacks. */
export interface Terminals {
    /** The terminal of that kind; made when there is none. */
    open(kind: TerminalKind, stack: string): Terminal;
    find(kind: TerminalKind, stack: string): Terminal | undefined;
    /** Takes a viewer out; logs that nobody looks at are ended, shells a minute later. */
    leave(kind: TerminalKind, stack: string, viewer: TerminalViewer): void;
    leaveAll(viewer: TerminalViewer): void;
    /** Ends what runs in it; the next that is opened is a new one. */
    close(terminal: Terminal): void;
    /** The stacks whose terminals of that kind somebody looks at. */
    watched(kind: TerminalKind): readonly string[];
    /** In how many terminals of that kind something runs. */
    running(kind: TerminalKind): number;
    /** Ends every program. */
    stop(): void;
}

/** Somebody who loads the page anew finds the shell as it was. */
const shellPatience = 60_000;

const interrupt = "\u0003";
const endOfInput = "\u0004";
const partingMilliseconds = 300;

export function createTerminals(): Terminals {
    const terminals: Readonly<Record<TerminalKind, Map<string, Terminal>>> = {
        progress: new Map(),
        combined: new Map(),
        shell: new Map(),
        console: new Map(),
    };

    function all(): readonly Terminal[] {
        return Object.values(terminals).flatMap((ofKind) => [...ofKind.values()]);
    }

    function open(kind: TerminalKind, stack: string): Terminal {
        const terminal = terminals[kind].get(stack) ?? createTerminal(kind, stack);
        terminals[kind].set(stack, terminal);
        return terminal;
    }

    function leave(kind: TerminalKind, stack: string, viewer: TerminalViewer): void {
        const terminal = terminals[kind].get(stack);
        if (terminal?.leave(viewer) !== true || terminal.viewers() > 0) {
            return;
        }
        if (kind === "shell" || kind === "console") {
            setTimeout(() => endUnseen(terminal), terminal.isRunning() ? shellPatience : 0).unref();
            return;
        }
        if (kind === "combined" || terminal.isUnused()) {
            forget(terminal);
        }
    }

    function endUnseen(terminal: Terminal): void {
        if (terminal.viewers() === 0 && terminals[terminal.kind].get(terminal.stack) === terminal) {
            forget(terminal);
        }
    }

    function forget(terminal: Terminal): void {
        terminals[terminal.kind].delete(terminal.stack);
        endProgram(terminal);
    }

    return {
        open,
        leave,
        close: forget,
        find: (kind, stack) => terminals[kind].get(stack),
        leaveAll: (viewer) => all().forEach(({ kind, stack }) => leave(kind, stack, viewer)),
        watched: (kind) => [...terminals[kind].values()].filter((one) => one.viewers() > 0).map((one) => one.stack),
        running: (kind) => [...terminals[kind].values()].filter((one) => one.isRunning()).length,
        stop: () => all().forEach(endProgram),
    };
}

/** The engine leaves a shell in a container alone when its terminal closes: it is told to go first. */
function endProgram(terminal: Terminal): void {
    const isShell = terminal.kind === "shell" || terminal.kind === "console";
    if (isShell && terminal.type(`${interrupt}${endOfInput}`)) {
        setTimeout(() => terminal.end(), partingMilliseconds).unref();
        return;
    }
    terminal.end();
}
