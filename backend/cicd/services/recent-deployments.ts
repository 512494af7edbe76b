import type { Deployment } from "../../../common/schema/deployment.ts";
import { knownStacks, type StackPorts } from "./list-stacks.ts";
import { viewMany } from "./view-deployments.ts";

/** The newest deployment of each stack that there still is, newest first, without the tails of their logs. */
export async function recentDeployments(ports: StackPorts, limit: number): Promise<readonly Deployment[]> {
    const [known, latest] = await Promise.all([knownStacks(ports), ports.deployments.latest()]);
    const newest = known
        .flatMap(({ name }) => latest.get(name) ?? [])
        .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
        .slice(0, limit);
    const views = await Promise.all(newest.map((deployment) => viewMany(ports, deployment.stackId, [deployment])));
    return views.flat();
}
