import type { JobFailureReason } from "../../../common/schema/pipeline-run.ts";
import type { ImageLogin } from "./engine.ts";

/** A container beside a job, reached by its name. Times in seconds. */
export interface ServiceTask {
    readonly name: string;
    readonly image: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly command?: readonly string[] | undefined;
    readonly entrypoint?: readonly string[] | undefined;
    /** In the place of the image's own health check; without either it is ready once it runs. */
    readonly health?:
        | { readonly command: readonly string[]; readonly intervalSeconds: number; readonly timeoutSeconds: number }
        | undefined;
}

/** One try of one job. */
export interface JobTask {
    /** The run that it belongs to: what its jobs share is made at the first of them. */
    readonly runId: string;
    readonly jobId: string;
    /** From 1: each try has a container of its own. */
    readonly attempt: number;
    /** Shown in the names of containers. */
    readonly name: string;
    readonly image: string;
    readonly pullPolicy: "missing" | "always" | "never";
    /** The login that an image's registry wants. */
    readonly loginFor: (image: string) => ImageLogin | undefined;
    /** Text for the image's `sh -c`. */
    readonly script: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly services: readonly ServiceTask[];
    /** The run's workspace: a folder of this process's own file system, absolute. */
    readonly workspace: string;
    /** Where the script starts; relative ones are below the workspace. Without it: the workspace. */
    readonly workingDirectory?: string | undefined;
    /** Before `sh -c SCRIPT`; the image's own is not used. */
    readonly entrypoint?: readonly string[] | undefined;
    /** Without it: the image's own. */
    readonly user?: string | undefined;
    /** From the start of the container on. */
    readonly timeoutSeconds: number;
    readonly limits: {
        readonly cpus?: number | undefined;
        readonly memoryBytes?: number | undefined;
        readonly processes: number;
    };
    /** Whether the engine's own socket is put into the container: with it, a job holds root on the machine. */
    readonly engineSocket: boolean;
}

export interface JobCall {
    /** Ends the job: it gets a moment to end by itself, and is gone within two seconds. */
    readonly cancel: AbortSignal;
    /** Lets go of the job, which runs on, to be found and followed again by the same task. */
    readonly leave: AbortSignal;
    /** Nothing more of the output is wanted: it is not read any further, and only the job's end is waited for. */
    readonly enough?: AbortSignal | undefined;
    /** What the executor does itself, such as pulling an image. Not repeated for a job that was found again. */
    readonly onNote: (line: string) => void;
    /**
     * A line of output. Of a job that is found again every line comes again, from its first on, in the same order: who
     * has some already counts.
     */
    readonly onOutput: (stream: "stdout" | "stderr", line: string) => void;
    /** The container runs; ISO 8601. Called again for a job that is found again. */
    readonly onStart: (startedAt: string) => void;
    /**
     * How it ended, before its container is removed, which waits for this: what is written down here is not lost by a
     * crash. Not called where it was let go of.
     */
    readonly onEnd?: ((outcome: Exclude<JobOutcome, { readonly result: "left" }>) => Promise<void>) | undefined;
}

/** How a try ended. `message` is one sentence for people that names the way out. */
export type JobOutcome =
    | { readonly result: "success"; readonly exitCode: 0; readonly completedAt: string }
    | {
          readonly result: "failed";
          readonly reason: JobFailureReason;
          readonly exitCode?: number | undefined;
          readonly message: string;
          readonly completedAt: string;
      }
    | { readonly result: "cancelled"; readonly completedAt: string }
    /** It was let go of and runs on. */
    | { readonly result: "left" };

/**
 * Runs jobs in containers. Nothing here speaks of one engine: another implementation keeps the same contract
 * (test/support/executor-contract.ts). Whatever it makes carries the run's and the job's id as labels.
 */
export interface JobExecutor {
    /**
     * Runs one try of a job to its end, with its services, and removes their containers. A try that is already there, from
     * before a restart, is followed on from where it is; one that has ended meanwhile is read out. Rejects with
     * AppError `unavailable` where the engine is away (the try may run on then); everything else is an outcome.
     */
    run(task: JobTask, call: JobCall): Promise<JobOutcome>;
    /** Removes what a run has left: containers, networks; and makes the workspace removable for this process. */
    close(runId: string, workspace?: string): Promise<void>;
    /** Ids of the runs of this server that something is left of. */
    listRuns(): Promise<readonly string[]>;
}
