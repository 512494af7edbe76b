import { AppError } from "../../../common/errors.ts";
import type { PlannedJob, PlannedService } from "../../../common/schema/pipeline-plan.ts";
import type { JobTask, ServiceTask } from "../core/job-executor.ts";
import { fillText, TextTooLong, type Variables } from "./fill-text.ts";
import { jobScript } from "./job-script.ts";

/** What a try of a job gets that its file does not say. */
export interface GivenToJob extends Pick<
    JobTask,
    "runId" | "jobId" | "attempt" | "workspace" | "pullPolicy" | "loginFor" | "timeoutSeconds"
> {
    /** The stack's own; those of the job win. Secrets only on trusted refs. */
    readonly variables: Variables;
    /** What always wins: CI and CICD_*. */
    readonly reserved: Variables;
    /** Whether an admin lets this stack have the engine's socket, and the run is one that gets secrets. */
    readonly engineSocketAllowed: boolean;
}

/** The processes that a job may have at once: enough for any build, and not enough to stop the machine. */
const mostProcesses = 4096;

/**
 * A try of a planned job, as an executor runs it. `timeoutSeconds` is the most that is left for it. Throws AppError
 * `invalid` where the job asks for the engine's socket and may not have it, or where its variables make a text too long.
 */
export function taskOf(job: PlannedJob, given: GivenToJob): JobTask {
    const { runId, jobId, attempt, workspace, pullPolicy, loginFor, variables, reserved } = given;
    checkSocket(job, given);
    const known = { ...variables, ...reserved };
    const { cpus, memoryBytes } = job.resources;
    return {
        ...{ runId, jobId, attempt, name: job.name, image: job.image, pullPolicy, loginFor, workspace },
        script: jobScript(job),
        environment: { ...variables, ...filled(job.variables, known, job.name), ...reserved },
        services: job.services.map((service) => serviceOf(service, known, job.name)),
        workingDirectory: job.workingDirectory,
        entrypoint: job.entrypoint,
        user: job.user,
        timeoutSeconds: Math.min(job.timeoutSeconds ?? given.timeoutSeconds, given.timeoutSeconds),
        limits: { cpus, memoryBytes, processes: mostProcesses },
        engineSocket: job.docker,
    };
}

function checkSocket(job: PlannedJob, { engineSocketAllowed }: GivenToJob): void {
    if (job.docker && !engineSocketAllowed) {
        throw new AppError(
            "invalid",
            `docker: the job ${job.name} asks for the engine's socket, which it may not have here; leave docker out, or let an admin allow it in the stack's build settings, for runs that get the stack's secrets`,
        );
    }
}

function serviceOf({ variables, ...service }: PlannedService, known: Variables, job: string): ServiceTask {
    return { ...service, environment: filled(variables, known, job) };
}

function filled(variables: Variables, known: Variables, job: string): Record<string, string> {
    try {
        return Object.fromEntries(Object.entries(variables).map(([key, text]) => [key, fillText(text, known)]));
    } catch (error) {
        if (!(error instanceof TextTooLong)) {
            throw error;
        }
        const message = `variables: those of the job ${job} make a text longer than 65,536 characters; put less into each other`;
        throw new AppError("invalid", message, { cause: error });
    }
}
