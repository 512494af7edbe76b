/** A program to run in a terminal: argv, never a shell string. */
export interface TerminalCommand {
    readonly argv: readonly [string, ...string[]];
    readonly directory: string;
    /** Added to what every program sees. Secrets go here, never in argv. */
    readonly environment?: Readonly<Record<string, string>> | undefined;
}

export interface TerminalSize {
    readonly columns: number;
    readonly rows: number;
}

/** A program that runs in a terminal. */
export interface TerminalProcess {
    resize(size: TerminalSize): void;
    /** What somebody types; missing where nobody can. */
    readonly type?: ((text: string) => void) | undefined;
    /** Asks the program to end (SIGTERM), after a grace makes it (SIGKILL). */
    end(): void;
}

export interface TerminalOptions {
    readonly size: TerminalSize;
    readonly onData: (text: string) => void;
    /** Called once, never before the process is answered. */
    readonly onExit: (exitCode: number) => void;
}

/** Starts something that writes to a terminal. */
export type TerminalStart = (options: TerminalOptions) => TerminalProcess;

/** Starts programs in terminals. */
export interface TerminalPrograms {
    /** Throws AppError `unavailable` when the program is not installed. */
    start(command: TerminalCommand, options: TerminalOptions): TerminalProcess;
}

/**
 * The terminals of a stack: its operations' progress, its services' logs, and the shells in its containers; and the
 * server's own console. `stack` is a stack's name; for a shell `STACK-SERVICE-REPLICA`, for the console "".
 */
export type TerminalKind = "progress" | "combined" | "shell" | "console";

/** One who looks at terminals. */
export interface TerminalViewer {
    write(kind: TerminalKind, stack: string, text: string): void;
    exit(kind: TerminalKind, stack: string, exitCode: number): void;
    /** Whether nobody looks any more: whatever was still being prepared for them is not begun. */
    isGone?(): boolean;
}

/** Dockge's sizes. */
export const terminalSizes = {
    progress: { columns: 105, rows: 8 },
    combined: { columns: 105, rows: 20 },
    shell: { columns: 105, rows: 20 },
    console: { columns: 105, rows: 20 },
} as const satisfies Record<TerminalKind, TerminalSize>;
