import { combinedTerminal, consoleTerminal, progressTerminal } from "../../../common/socket/names.ts";
import { isStackName } from "../../../common/schema/stack-name.ts";
import type { TerminalKind } from "../core/terminal.ts";

const names = {
    progress: progressTerminal,
    combined: combinedTerminal,
    shell: shellName,
    console: consoleTerminal,
} as const satisfies Record<TerminalKind, unknown>;

/** `shell` is `STACK-SERVICE-REPLICA`: which dash is which does not matter here. */
function shellName(endpoint: string, shell: string): string {
    return `container-exec-${endpoint}-${shell}`;
}

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
        const stack = behind(terminalName(kind, endpoint, ""), name);
        if (stack !== undefined && isStackName(stack)) {
            return { kind, stack };
        }
    }
    if (name === consoleTerminal()) {
        return { kind: "console", stack: "" };
    }
    const shell = behind(shellName(endpoint, ""), name);
    return shell !== undefined && isShell(shell) ? { kind: "shell", stack: shell } : undefined;
}

function behind(prefix: string, name: string): string | undefined {
    return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}

function isShell(text: string): boolean {
    return /^[a-z0-9][a-zA-Z0-9._-]*-\d{1,3}$/.test(text);
}
