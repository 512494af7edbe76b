import { combinedTerminal, progressTerminal } from "../../../common/socket/names.ts";
import { isStackName } from "../../../common/schema/stack-name.ts";
import type { TerminalKind } from "../core/terminal.ts";

const names = { progress: progressTerminal, combined: combinedTerminal } as const satisfies Record<
    TerminalKind,
    unknown
>;

/** Dockge's name of a terminal, as it is known to a client of this endpoint. */
export function terminalName(kind: TerminalKind, endpoint: string, stack: string): string {
    return names[kind](endpoint, stack);
}

/** Which terminal a name means; undefined for names of other terminals. */
export function parseTerminalName(
    name: string,
    endpoint: string,
): { readonly kind: TerminalKind; readonly stack: string } | undefined {
    for (const kind of ["progress", "combined"] as const) {
        const prefix = terminalName(kind, endpoint, "");
        const stack = name.slice(prefix.length);
        if (name.startsWith(prefix) && isStackName(stack)) {
            return { kind, stack };
        }
    }
    return undefined;
}
