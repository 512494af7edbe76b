import type { Clock } from "../cicd/core/clock.ts";
import type { ImageLogin } from "../cicd/core/engine.ts";
import type { JobExecutor } from "../cicd/core/job-executor.ts";
import type { JobFiles } from "../cicd/services/pipelines/job-files.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** What runs a working copy's pipeline on a person's own machine. */
export interface LocalPorts {
    describeWorkingCopy(root: string): Promise<WorkingCopy>;
    /** What one run of the jobs of a working copy needs. The engine is not asked yet. */
    openJobs(root: string): Promise<LocalJobs>;
    /** Calls back when the person wants the run to end; who wants it twice ends the program. Answers what stops listening. */
    onInterrupt(listener: () => void): () => void;
    /** Whether somebody reads standard output as it comes. */
    readonly isTerminal: boolean;
}

export interface LocalJobs {
    readonly runId: string;
    /** Whose caches the jobs share: unique by folder. */
    readonly stack: string;
    readonly clock: Clock;
    readonly executor: JobExecutor;
    readonly files: JobFiles;
    /**
     * Removes what earlier runs of this working copy have left that run no more: containers, networks, artifacts. Throws
     * AppError `unavailable` where the engine is away.
     */
    removeLeftovers(): Promise<void>;
    /** Whether something lies in the working copy under this path. */
    lies(path: string): Promise<boolean>;
    /** The login that the person has at an image's registry. */
    readonly loginFor: (image: string) => ImageLogin | undefined;
}
