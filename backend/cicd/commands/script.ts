import type { Command } from "../core/target-host.ts";

/** A script of the user's: its path below the working directory, and what lies there. */
export interface Script {
    readonly path: string;
    readonly text: string;
    readonly executable: boolean;
}

/** Shells that know `-e`. */
const shells: ReadonlySet<string> = new Set(["sh", "bash", "dash", "ash", "ksh"]);

/**
 * Runs a script by the interpreter that its first line names, or by `sh`; a shell ends it at the first error. The path
 * is an argument, never text of a shell, and begins with `./`, so that none is taken for an option.
 */
export function scriptCommand(script: Script): Command["argv"] {
    return ["sh", "-c", 'set -e\nexec "$@"', "sh", ...interpreterOf(script), `./${script.path}`];
}

function interpreterOf({ text, executable }: Script): readonly string[] {
    if (executable && text.startsWith("\x7fELF")) {
        return [];
    }
    const line = /^#!([^\n]*)/.exec(text.slice(0, 1024))?.[1]?.trim() ?? "";
    const words = line.split(/\s+/).filter((word) => word !== "");
    if (words.length === 0) {
        return ["sh", "-e"];
    }
    return isShell(words) ? [...words, "-e"] : words;
}

/** `/bin/bash -u`, `/usr/bin/env bash`, `/usr/bin/env -S bash -u`. */
function isShell(words: readonly string[]): boolean {
    const [first = "", ...rest] = words;
    const program = nameOf(first) === "env" ? rest.find((word) => !word.startsWith("-")) : first;
    return shells.has(nameOf(program ?? ""));
}

function nameOf(path: string): string {
    return path.slice(path.lastIndexOf("/") + 1);
}
