import type { JobTask } from "../../core/job-executor.ts";

/** What everything that is made for a run carries. */
export const labels = {
    run: "cicd.pipeline",
    job: "cicd.job",
    attempt: "cicd.attempt",
    server: "cicd.server",
    /** The job's name, or that of a service beside it. */
    name: "cicd.name",
} as const;

type Try = Pick<JobTask, "jobId" | "attempt">;

/** The network that the jobs of a run share. */
export function runNetwork(runId: string): string {
    return `cicd-${runId}`;
}

/** A try's container: the same name whoever starts it, so that it cannot be there twice. */
export function tryName({ jobId, attempt }: Try): string {
    return `cicd-${jobId}-${attempt}`;
}

/** The network of a try that has services. */
export function serviceNetwork(of: Try): string {
    return `${tryName(of)}-services`;
}

/** The container of a try's n-th service, from 0. */
export function serviceName(of: Try, index: number): string {
    return `${tryName(of)}-service-${index + 1}`;
}

/** The container that gives a try's files to their owner. */
export function ownerName(of: string): string {
    return `${of}-owner`;
}

export function runLabels(serverName: string, runId: string): Readonly<Record<string, string>> {
    return { [labels.run]: runId, [labels.server]: serverName };
}

export function tryLabels(serverName: string, task: JobTask, name: string): Readonly<Record<string, string>> {
    return {
        ...runLabels(serverName, task.runId),
        [labels.job]: task.jobId,
        [labels.attempt]: String(task.attempt),
        [labels.name]: name,
    };
}
