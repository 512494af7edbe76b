import type { TerminalKind, TerminalViewer } from "../core/terminal.ts";
import { createTerminal, type Terminal } from "./terminal.ts";

/** The terminals of all stacks. */
export interface Terminals {
    /** The terminal of that kind; made when there is none. */
    open(kind: TerminalKind, stack: string): Terminal;
    find(kind: TerminalKind, stack: string): Terminal | undefined;
    /** Takes a viewer out; logs that nobody looks at are ended. */
    leave(kind: TerminalKind, stack: string, viewer: TerminalViewer): void;
    leaveAll(viewer: TerminalViewer): void;
    /** The stacks whose terminals of that kind somebody looks at. */
    watched(kind: TerminalKind): readonly string[];
    /** Ends every program. */
    stop(): void;
}

export function createTerminals(): Terminals {
    const terminals = { progress: new Map<string, Terminal>(), combined: new Map<string, Terminal>() };

    function all(): readonly Terminal[] {
        return [...terminals.progress.values(), ...terminals.combined.values()];
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
        if (kind === "combined" || terminal.isUnused()) {
            terminal.end();
            terminals[kind].delete(stack);
        }
    }

    return {
        open,
        leave,
        find: (kind, stack) => terminals[kind].get(stack),
        leaveAll: (viewer) => all().forEach(({ kind, stack }) => leave(kind, stack, viewer)),
        watched: (kind) => [...terminals[kind].values()].filter((one) => one.viewers() > 0).map((one) => one.stack),
        stop: () => all().forEach((terminal) => terminal.end()),
    };
}
