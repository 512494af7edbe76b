import type { Deployment } from "../../../common/schema/deployment.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { viewDeployment } from "../core/deployment.ts";
import type { ReleaseStore } from "../core/release.ts";

export interface ViewPorts {
    readonly deployments: Pick<DeploymentStore, "findLive">;
    readonly releases: Pick<ReleaseStore, "list">;
}

/** One deployment as the outside sees it, with the tail of its logs. */
export async function viewOne(ports: ViewPorts, record: DeploymentRecord): Promise<Deployment> {
    return viewDeployment(record, await contextOf(ports, record.stackId));
}

/** Deployments of one stack as lists show them: without the tails of their logs. */
export async function viewMany(
    ports: ViewPorts,
    stack: string,
    records: readonly DeploymentRecord[],
): Promise<Deployment[]> {
    const context = await contextOf(ports, stack);
    return records.map((record) =>
        viewDeployment({ ...record, buildLogs: undefined, deploymentLogs: undefined }, context),
    );
}

async function contextOf(ports: ViewPorts, stack: string) {
    const [live, kept] = await Promise.all([ports.deployments.findLive(stack), ports.releases.list(stack)]);
    return { live, keptReleases: new Set(kept) };
}
