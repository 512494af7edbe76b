import type { ApiTokenStore } from "../cicd/core/api-token.ts";
import type { LocalPorts } from "./local-ports.ts";
import type { PipelineFiles } from "./pipeline-files.ts";

/** What the commands need of the outside. */
export interface CliPorts {
    readonly version: string;
    readonly environment: Readonly<Record<string, string | undefined>>;
    /** Starts the server with these arguments; resolves once it has started. */
    serve(argv: readonly string[]): Promise<void>;
    /** Opens the data directory; `argv` are the server's own flags, such as `--dataDir`. */
    openData(argv: readonly string[]): Promise<DataPorts>;
    /** A password from the terminal, not shown, or the first line of standard input. */
    readPassword(prompt: string): Promise<string>;
    /** The text of a file; throws when it cannot be read. */
    readFile(path: string): Promise<string>;
    /** The pipeline of a file or folder of a working copy; throws AppError `not_found`. */
    findPipeline(path: string): Promise<PipelineFiles>;
    readonly local: LocalPorts;
    readonly fetch: typeof fetch;
    sleep(milliseconds: number): Promise<void>;
    now(): Date;
    /** One line to standard output or standard error. */
    print(line: string): void;
    printError(line: string): void;
}

/** What lies in a data directory, while no or another process serves it. */
export interface DataPorts {
    readonly tokens: ApiTokenStore;
    readonly users: UserAdmin;
    close(): Promise<void>;
}

export interface UserAdmin {
    /** The names of all people. */
    list(): Promise<readonly string[]>;
    /** Throws AppError `conflict` for a name that is taken, `invalid` for an empty one or a weak password. */
    add(username: string, password: string): Promise<void>;
    /** Sets a password and switches two-factor login off; every login of this person ends. Throws `not_found`, and `invalid` for a weak password. */
    resetPassword(username: string, password: string): Promise<void>;
}

/** What a command ends with. `changes` is the preview's, which ends with `failed` where it is used wrongly. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, changes: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
