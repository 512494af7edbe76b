import { AppError, errorCode, errorMessage } from "../../../../common/errors.ts";
import type { PlannedJob } from "../../../../common/schema/pipeline-plan.ts";
import type { JobArtifacts } from "../../../../common/schema/pipeline-run.ts";
import { restoreCaches, saveCaches } from "./job-caches.ts";
import type { JobFileLimits, JobFilePorts, JobFilesCall } from "./job-file-ports.ts";
import { keepArtifacts } from "./keep-artifacts.ts";

export type { JobFilePorts, JobFilesCall } from "./job-file-ports.ts";

/** What jobs leave and find: artifacts, one archive a job, and caches, one archive a key. */
export interface JobFiles {
    /**
     * Puts the sources' artifacts and the job's caches into the workspace. A cache that cannot be put there is told and done
     * without; artifacts that cannot throw AppError, whose message says why the job cannot run.
     */
    prepare(job: PlannedJob, of: JobFilesCall): Promise<void>;
    /**
     * Keeps what the job says for this end of it; answers the artifacts, for the job's row. What cannot be kept is told and
     * fails nothing. Throws only when the signal aborts.
     */
    keep(job: PlannedJob, of: JobFilesCall, succeeded: boolean): Promise<JobArtifacts | undefined>;
    /**
     * Unpacks artifacts into a folder that the server goes on with, later ones over earlier ones; symlinks that lead out of it
     * and `.git` are left out, unless it is a workspace, where they come `asTheyWere`. A job without kept artifacts is passed
     * over, and answered. Throws AppError.
     */
    handOn(
        jobIds: readonly string[],
        into: string,
        signal: AbortSignal,
        asTheyWere?: boolean,
    ): Promise<readonly string[]>;
    /** Where a job's artifacts lie, absolute; whether they do is not looked at. */
    archiveOf(jobId: string): string;
    /** Removes artifacts; fine where there are none. */
    remove(jobIds: readonly string[]): Promise<void>;
}

const gib = 1024 ** 3;
const usual: JobFileLimits = { archiveBytes: 2 * gib, cacheBytes: 10 * gib };

/** Artifacts and caches as archives below a directory. */
export function createJobFiles(ports: JobFilePorts): JobFiles {
    const { archives, files } = ports;
    const artifacts = `${ports.directory}/artifacts`;
    const given = { ...ports, artifacts, caches: `${ports.directory}/caches`, limits: { ...usual, ...ports.limits } };
    const archiveOf = (jobId: string) => `${artifacts}/${jobId}.tar.gz`;

    async function unpack(jobId: string, into: string, asTheyWere: boolean, signal: AbortSignal): Promise<boolean> {
        try {
            return await archives.unpack({ archive: archiveOf(jobId), into, asTheyWere, signal });
        } catch (error) {
            signal.throwIfAborted();
            const reason = `Artifacts of an earlier job cannot be unpacked: ${errorMessage(error)}`;
            throw new AppError(errorCode(error), reason, { cause: error });
        }
    }

    return {
        archiveOf,
        async prepare(job, of) {
            const { workspace, signal } = of;
            for (const source of of.sources) {
                if (!(await unpack(source, workspace, true, signal))) {
                    of.onNote("Artifacts that this job builds on are not kept any more.");
                }
            }
            await restoreCaches(given, job, of);
        },
        async keep(job, of, succeeded) {
            if (succeeded) {
                await saveCaches(given, job, of);
            }
            return keepArtifacts(given, job, { ...of, archive: archiveOf(of.jobId), succeeded });
        },
        async handOn(jobIds, into, signal, asTheyWere = false) {
            const missing: string[] = [];
            for (const jobId of jobIds) {
                if (!(await unpack(jobId, into, asTheyWere, signal))) {
                    missing.push(jobId);
                }
            }
            return missing;
        },
        async remove(jobIds) {
            for (const jobId of jobIds) {
                await files.remove(artifacts, `${jobId}.tar.gz`);
            }
        },
    };
}
