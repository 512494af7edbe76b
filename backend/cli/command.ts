import { parseArgs } from "node:util";
import type { CliPorts, ExitCode } from "./cli-ports.ts";

/** The command line is wrong: shown with the command's help, exit status 2. */
export class UsageError extends Error {}

interface Flag {
    readonly type: "string" | "boolean";
    readonly multiple?: boolean;
    /** What it is, for the help. */
    readonly help: string;
}

export interface CommandLine {
    readonly words: readonly string[];
    /** The value of a flag; undefined where it was not given. */
    text(flag: string): string | undefined;
    texts(flag: string): readonly string[];
    has(flag: string): boolean;
}

/** One command of the program. */
export interface Command {
    /** Such as `token create`. */
    readonly name: string;
    /** Its words, such as `<stack>`; each must be given, but for those in brackets at the end, such as `[file]`. */
    readonly words: readonly string[];
    readonly summary: string;
    readonly flags: Readonly<Record<string, Flag>>;
    /** What a wrong command line ends with, where 2 means something else. */
    readonly wrongUsage?: ExitCode | undefined;
    run(line: CommandLine, ports: CliPorts): Promise<ExitCode>;
}

/** Reads a command's own arguments; throws UsageError. */
export function readCommandLine(command: Command, argv: readonly string[]): CommandLine {
    const { values, positionals } = parse(command, argv);
    const required = command.words.filter((word) => !word.startsWith("[")).length;
    if (positionals.length < required || positionals.length > command.words.length) {
        const wanted = command.words.join(" ") || "no words";
        throw new UsageError(`${command.name}: takes ${wanted}, got ${positionals.length} word(s)`);
    }
    return {
        words: positionals,
        text: (flag) => values[flag]?.filter((value) => typeof value === "string").at(-1),
        texts: (flag) => values[flag]?.filter((value) => typeof value === "string") ?? [],
        has: (flag) => values[flag]?.includes(true) === true,
    };
}

function parse(command: Command, argv: readonly string[]) {
    const options = Object.fromEntries(
        Object.entries(command.flags).map(([flag, { type }]) => [flag, { type, multiple: true }] as const),
    );
    try {
        const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
        return { values: asLists(values), positionals };
    } catch (error) {
        throw new UsageError(`${command.name}: ${error instanceof Error ? error.message : "cannot be read"}`);
    }
}

type Value = string | boolean;

function asLists(values: Readonly<Record<string, Value | Value[] | undefined>>): Readonly<Record<string, Value[]>> {
    return Object.fromEntries(Object.entries(values).map(([flag, value]) => [flag, [value ?? []].flat()]));
}

/** The help of one command. */
export function helpOf(command: Command): string {
    const usage = ["Usage: dockge-cicd", command.name, ...command.words, "[flags]"].join(" ");
    const width = Math.max(...Object.keys(command.flags).map((flag) => flag.length), 0);
    const flags = Object.entries(command.flags).map(([flag, { help }]) => `  --${flag.padEnd(width)}  ${help}`);
    return [usage, "", command.summary, ...(flags.length > 0 ? ["", "Flags:", ...flags] : [])].join("\n");
}
