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
    readonly goBack: GoBack;
    close(): Promise<void>;
}

/** Makes the data directory ready for Dockge. */
export interface GoBack {
    /** Whether a server has it open. */
    isServed(): Promise<boolean>;
    run(): Promise<GoneBack>;
}

/** What the passwords of other servers came to, and who cannot log in to Dockge. */
export interface GoneBack {
    readonly agents: number;
    /** Addresses whose passwords the encryption key does not open. */
    readonly unreadableAgents: readonly string[];
    readonly twoFactorUsers: readonly string[];
}

export interface UserAdmin {
    /** The names of all people. */
    list(): Promise<readonly string[]>;
    /** Throws AppError `conflict` for a name that is taken, `invalid` for an empty one or a weak password. */
    add(username: string, password: string): Promise<void>;
    /** Sets a password; every login of this person ends. Throws `not_found`, and `invalid` for a weak password. */
    resetPassword(username: string, password: string, options: { readonly withoutTwoFactor: boolean }): Promise<void>;
}

/** What a command ends with. `changes` is the preview's, which ends with `failed` where it is used wrongly. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, changes: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
