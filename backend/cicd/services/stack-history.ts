import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";

const pageSize = 200;

/** All deployments of a stack, newest first, without the tails of their logs. */
export async function readHistory(
    deployments: Pick<DeploymentStore, "list">,
    stack: string,
): Promise<readonly DeploymentRecord[]> {
    const rows: DeploymentRecord[] = [];
    for (;;) {
        const page = await deployments.list(stack, pageSize, rows.at(-1)?.id);
        rows.push(...page);
        if (page.length < pageSize) {
            return rows;
        }
    }
}
