import type { Deployment } from "../../../common/schema/deployment.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { viewDeployment } from "../core/deployment.ts";
import type { JobRecord, PipelineStore } from "../core/pipeline-run.ts";
import type { ReleaseStore } from "../core/release.ts";

export interface ViewPorts {
    readonly deployments: Pick<DeploymentStore, "findLive">;
    readonly releases: Pick<ReleaseStore, "list">;
    readonly pipelines: Pick<PipelineStore, "jobsOfDeployments">;
}

/** One deployment as the outside sees it, with the tail of its logs. */
export async function viewOne(ports: ViewPorts, record: DeploymentRecord): Promise<Deployment> {
    const [context, jobs] = await Promise.all([contextOf(ports, record.stackId), jobsOf(ports, [record])]);
    return viewDeployment(record, { ...context, jobs: jobs.get(record.id) });
}

/** Deployments of one stack as lists show them: without the tails of their logs. */
export async function viewMany(
    ports: ViewPorts,
    stack: string,
    records: readonly DeploymentRecord[],
): Promise<Deployment[]> {
    const [context, jobs] = await Promise.all([contextOf(ports, stack), jobsOf(ports, records)]);
    return records.map((record) =>
        viewDeployment(
            { ...record, buildLogs: undefined, deploymentLogs: undefined },
            { ...context, jobs: jobs.get(record.id) },
        ),
    );
}

async function contextOf(ports: ViewPorts, stack: string) {
    const [live, kept] = await Promise.all([ports.deployments.findLive(stack), ports.releases.list(stack)]);
    return { live, keptReleases: new Set(kept) };
}

/** One query for all of them; none where no pipeline ran. */
async function jobsOf(
    { pipelines }: ViewPorts,
    records: readonly DeploymentRecord[],
): Promise<ReadonlyMap<string, readonly JobRecord[]>> {
    const ids = records.filter(({ pipelineId }) => pipelineId !== undefined).map(({ id }) => id);
    return ids.length === 0 ? new Map() : pipelines.jobsOfDeployments(ids);
}
