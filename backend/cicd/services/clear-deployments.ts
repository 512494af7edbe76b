import { AppError } from "../../../common/errors.ts";
import { awaitsApproval, type DeploymentRecord, type DeploymentStore } from "../core/deployment.ts";
import type { Caller } from "../core/host.ts";

export interface ClearPorts {
    readonly deployments: Pick<DeploymentStore, "listActive">;
    readonly cancelDeployment: (request: { id: string; caller: Caller }) => Promise<DeploymentRecord>;
}

/**
 * Makes sure that nothing of a stack uses its repository: what waits is cancelled. Throws `conflict` where a deployment
 * runs, because its mirror and its credentials cannot be taken from under it.
 */
export async function clearDeployments(ports: ClearPorts, stack: string, caller: Caller): Promise<void> {
    const active = await ports.deployments.listActive(stack);
    const running = active.find((row) => row.status !== "pending" && !awaitsApproval(row));
    if (running !== undefined) {
        throw new AppError(
            "conflict",
            `repository: deployment ${running.id} of this stack is running; wait for its end, or cancel it first`,
        );
    }
    for (const { id } of active) {
        await ports.cancelDeployment({ id, caller });
    }
}
