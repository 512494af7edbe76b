import { onScopeDispose, ref, watch, type Ref } from "vue";
import { CallError } from "../socket/call-error.ts";
import { inPieces, isAnswer } from "../model/shell-keys.ts";
import { useEpoch } from "./useEpoch.ts";
import { useErrorText } from "./useErrorText.ts";
import { usePush, useSocket } from "./useSocket.ts";
import type { TerminalScreen } from "./useTerminalFeed.ts";

/** `refused`: it could not be opened; `away`: the connection is lost, and it is joined again by itself. */
export type ShellState = "opening" | "open" | "away" | "ended" | "refused";

export interface Shell {
    readonly state: Readonly<Ref<ShellState>>;
    /** Why it was refused. */
    readonly reason: Readonly<Ref<string>>;
    /** Of the shell that has ended. */
    readonly exitCode: Readonly<Ref<number>>;
    /** Whether the connection was lost since it was opened, and is back. */
    readonly rejoined: Readonly<Ref<boolean>>;
    open(): Promise<void>;
    type(text: string): void;
    resize(rows: number, columns: number): void;
}

export interface ShellOptions {
    readonly name: string;
    /** Asks the server to start it, or to let this page look at the one that runs. */
    readonly start: () => Promise<unknown>;
    readonly screen: TerminalScreen & { size(): { readonly rows: number; readonly columns: number } };
}

/** A shell on the server, as long as the page shows it. */
export function useShell({ name, start, screen }: ShellOptions): Shell {
    const { call, connected } = useSocket();
    const errorText = useErrorText();
    const state = ref<ShellState>("opening");
    const reason = ref("");
    const exitCode = ref(0);
    const rejoined = ref(false);
    const ahead = createTypeAhead();
    async function open(): Promise<void> {
        state.value = state.value === "away" ? "away" : "opening";
        try {
            await start();
            screen.reset((await call("terminalJoin", name)).buffer);
            rejoined.value = state.value === "away";
            state.value = "open";
            const { rows, columns } = screen.size();
            resize(rows, columns);
            ahead.take().forEach(type);
        } catch (error) {
            state.value = "away";
            if (!hasCode(error, "disconnected")) {
                refuse(error);
            }
        }
    }

    function resize(rows: number, columns: number): void {
        if (state.value === "open") {
            void call("terminalResize", name, rows, columns).catch(() => undefined);
        }
    }

    function type(text: string): void {
        rejoined.value = rejoined.value && isAnswer(text);
        if (state.value === "opening") {
            ahead.add(text);
            return;
        }
        inPieces(text).forEach((piece) => void call("terminalInput", name, piece).catch(inputRefused));
    }

    function refuse(error: unknown): void {
        reason.value = errorText(error);
        state.value = "refused";
    }

    /** Servers of older versions do not answer what is typed, so that a time-out says nothing. */
    function inputRefused(error: unknown): void {
        if (!hasCode(error, "disconnected") && !hasCode(error, "timeout") && state.value === "open") {
            refuse(error);
        }
    }

    followShell(name, {
        wrote: (data) => screen.write(data),
        ended(code) {
            exitCode.value = code;
            state.value = "ended";
        },
    });
    watch(connected, (now) => {
        state.value = !now && ["open", "opening"].includes(state.value) ? "away" : state.value;
    });
    // The first time it is opened by its screen, once that knows its size.
    useEpoch(() => state.value === "away" && void open());

    return { state, reason, exitCode, rejoined, open, type, resize };
}

/** Servers of older versions do not know of leaving: there the shell ends with the connection. */
function leaveAfterwards(name: string): void {
    const { call, connected } = useSocket();
    onScopeDispose(() => connected.value && void call("leaveTerminal", name).catch(() => undefined));
}

/** What is typed before the shell is there. */
function createTypeAhead(): { add(text: string): void; take(): readonly string[] } {
    let held: readonly string[] = [];
    return {
        add(text) {
            held = [...held, text];
        },
        take() {
            const taken = held;
            held = [];
            return taken;
        },
    };
}

function followShell(name: string, on: { wrote(data: string): void; ended(code: number): void }): void {
    usePush("terminalWrite", (terminal, data) => terminal === name && on.wrote(data));
    usePush("terminalExit", (terminal, code) => terminal === name && on.ended(code));
    leaveAfterwards(name);
}

function hasCode(error: unknown, code: string): boolean {
    return error instanceof CallError && error.code === code;
}
