import type { AgentAnswers, agentEvents } from "../../../common/socket/host-events.ts";
import { AppError } from "../../../common/errors.ts";
import { includesRight, type Right } from "../../../common/right.ts";
import type { TerminalKind } from "../core/terminal.ts";
import type { CombinedLogs } from "../services/combined-logs.ts";
import type { LiveStacks } from "../services/live-stacks.ts";
import type { Terminal } from "../services/terminal.ts";
import type { Terminals } from "../services/terminals.ts";
import type { HostContext } from "./context.ts";
import type { EventHandlers } from "./event-table.ts";
import { parseTerminalName } from "./terminal-name.ts";

export interface TerminalPorts {
    readonly live: Pick<LiveStacks, "list">;
    readonly logs: CombinedLogs;
    readonly terminals: Terminals;
}

type TerminalHandlers = Pick<
    EventHandlers<typeof agentEvents, HostContext, AgentAnswers>,
    "terminalJoin" | "leaveCombinedTerminal" | "terminalResize"
>;

/** What one must be allowed to do to look into a terminal. */
const rightToLook = { progress: "read", combined: "read", shell: "edit", console: "admin" } as const satisfies Record<
    TerminalKind,
    Right
>;

/** Dockge's events for terminals: to look into them, and to give them a size. */
export function terminalHandlers({ live, logs, terminals }: TerminalPorts): TerminalHandlers {
    function join(name: string, context: HostContext): string {
        const { session } = context;
        const wanted = parseTerminalName(name, session.endpoint);
        if (wanted === undefined || !isKnown(wanted)) {
            return "";
        }
        const { kind, stack } = wanted;
        checkMayLook(kind, context);
        return kind === "combined"
            ? logs.join(stack, session.viewer)
            : terminals.open(kind, stack).join(session.viewer);
    }

    function isKnown({ kind, stack }: { kind: TerminalKind; stack: string }): boolean {
        const isOfStack = kind === "progress" || kind === "combined";
        return terminals.find(kind, stack) !== undefined || (isOfStack && Object.hasOwn(live.list(), stack));
    }

    return {
        terminalJoin: ([name], context) => ({ buffer: join(name, context) }),
        leaveCombinedTerminal([name], { session }) {
            terminals.leave("combined", name, session.viewer);
            return {};
        },
        terminalResize([name, rows, columns], context) {
            findTerminal(terminals, name, context)?.resize({ columns, rows });
            return {};
        },
    };
}

/** Throws AppError `not_found` where it is not open, `forbidden` where nobody may type or not this caller. */
export function typeInto(terminals: Terminals, name: string, text: string, context: HostContext): void {
    const terminal = findTerminal(terminals, name, context);
    if (terminal === undefined) {
        throw new AppError("not_found", "terminal: it is not open; open it first");
    }
    if (terminal.kind !== "shell" && terminal.kind !== "console") {
        throw new AppError("forbidden", "terminal: nobody can type into this one; it only shows what happens");
    }
    if (!terminal.type(text)) {
        throw new AppError("not_found", "terminal: what ran in it has ended; open it again");
    }
}

/** A shell that nobody looks at any more is ended after a while. */
export function leaveTerminal(terminals: Terminals, name: string, { session }: HostContext): void {
    const found = parseTerminalName(name, session.endpoint);
    if (found !== undefined) {
        terminals.leave(found.kind, found.stack, session.viewer);
    }
}

/** An open terminal that the caller may look into; undefined where none is open. */
function findTerminal(terminals: Terminals, name: string, context: HostContext): Terminal | undefined {
    const wanted = parseTerminalName(name, context.endpoint);
    if (wanted === undefined) {
        return undefined;
    }
    checkMayLook(wanted.kind, context);
    return terminals.find(wanted.kind, wanted.stack);
}

function checkMayLook(kind: TerminalKind, { caller }: HostContext): void {
    const right = rightToLook[kind];
    if (!includesRight(caller.rights, right)) {
        throw new AppError("forbidden", `You lack the right "${right}"; ask an admin for it`);
    }
}
