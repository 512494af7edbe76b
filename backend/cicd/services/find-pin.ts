import type { PinnedRelease } from "../../../common/schema/stack.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import { releaseId } from "../core/release.ts";
import type { StackStateStore } from "../core/stack-state.ts";

export interface FindPinPorts {
    readonly stackStates: Pick<StackStateStore, "findPin">;
    readonly deployments: Pick<DeploymentStore, "findLive">;
}

/** The release that a stack is pinned to; undefined where it is not. A pin holds while its release is live. */
export async function findPin(ports: FindPinPorts, stack: string): Promise<PinnedRelease | undefined> {
    const pin = await ports.stackStates.findPin(stack);
    const live = pin && (await ports.deployments.findLive(stack));
    return pin !== undefined && live !== undefined && releaseId(live) === pin.deploymentId
        ? { ...pin, commitSha: live.commitSha }
        : undefined;
}
