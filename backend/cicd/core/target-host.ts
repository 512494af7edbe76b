/** A program to run: argv, never a shell string. */
export interface Command {
    readonly argv: readonly [string, ...string[]];
    /** Working directory on the target. */
    readonly directory: string;
    /** The whole environment beside PATH, HOME and the engine's address, which the target adds. Secrets go here, never in argv. */
    readonly environment?: Readonly<Record<string, string>>;
    readonly input?: string;
    /** Whether a program other than docker gets the engine's address too; nothing else of the server's. */
    readonly reachesEngine?: boolean;
}

export interface RunOptions {
    /** Ends the process group: SIGTERM, after 2 s SIGKILL. */
    readonly signal: AbortSignal;
    readonly timeoutSeconds: number;
    /** Marks the process in its environment, so that one that outlives the server is found again. */
    readonly deploymentId?: string;
    readonly onLine?: (stream: "stdout" | "stderr", line: string) => void;
    /** Keep standard output for the result (at most 64 MiB); otherwise only lines are handed on. */
    readonly capture?: boolean;
}

/** The variable that carries the mark in a process' environment. */
export const deploymentMark = "CICD_DEPLOYMENT_ID";

export interface CommandResult {
    readonly exitCode: number;
    /** Empty unless `capture`. */
    readonly stdout: string;
    /** The last 20 lines of standard error. */
    readonly stderrTail: string;
    readonly timedOut: boolean;
    readonly cancelled: boolean;
}

/**
 * Where a release is applied: this machine, later a remote one. A failing command is a result, not an exception;
 * AppError `unavailable` is thrown when the program or the machine cannot be reached at all.
 */
export interface TargetHost {
    run(command: Command, options: RunOptions): Promise<CommandResult>;
    /** Ends processes that carry this deployment's mark and outlived the server, and waits until they are gone. */
    endOrphans(deploymentId: string): Promise<number>;
}
