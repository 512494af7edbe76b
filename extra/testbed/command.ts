import { execa } from "execa";

/** How a command ended; nothing is thrown for a failure. */
export interface CommandResult {
    readonly ok: boolean;
    readonly stdout: string;
    readonly stderr: string;
}

/** What a command gets beside its words. */
export interface CommandOptions {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program with English messages and without input. */
export async function run(file: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const result = await execa(file, args, {
        reject: false,
        stdin: "ignore",
        env: { ...options.env, LC_ALL: "C.UTF-8" },
        cwd: options.cwd ?? process.cwd(),
    });
    const { stdout, stderr, failed, shortMessage = "" } = result;
    return { ok: !failed, stdout, stderr: stderr === "" ? shortMessage : stderr };
}

/** Runs a program that must succeed, and answers its output. */
export async function mustRun(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
    const result = await run(file, args, options);
    if (!result.ok) {
        throw new Error(`${file} ${args.join(" ")}: ${result.stderr.trim()}`);
    }
    return result.stdout;
}

/** The last line with text: of a log, usually the reason. */
export function lastLine(text: string): string {
    return text.trim().split("\n").at(-1)?.trim() ?? "";
}
