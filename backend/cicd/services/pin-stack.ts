import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import type { Clock } from "../core/clock.ts";
import type { Host } from "../core/host.ts";
import { releaseId } from "../core/release.ts";
import type { StackStateStore } from "../core/stack-state.ts";
import { findPin } from "./find-pin.ts";

export interface PinPorts {
    readonly deployments: DeploymentStore;
    readonly stackStates: StackStateStore;
    readonly host: Pick<Host, "push">;
    readonly clock: Clock;
}

/**
 * The same ports, whose deployments pin their stack at the moment when a rollback by hand goes live. One that fails
 * leaves the pin that was there; neither does one that happens by itself, or restores what is live, change it.
 */
export function withPins<P extends PinPorts>(ports: P): P {
    const { deployments } = ports;
    return {
        ...ports,
        deployments: {
            ...deployments,
            async transition(id, from, to, change) {
                const pinned = to === "successful" && (await pinFor(ports, id, change?.completedAt));
                const changed = await deployments.transition(id, from, to, change);
                if (pinned && changed !== undefined) {
                    await announcePin(ports, changed.stackId);
                }
                return changed;
            },
        },
    };
}

/** Before the row ends: until its release is live, the pin does not hold. Answers whether there is one. */
async function pinFor(ports: PinPorts, id: string, completedAt: string | undefined): Promise<boolean> {
    const row = await ports.deployments.find(id);
    const deploymentId = row && isByHand(row) ? row.previousDeploymentId : undefined;
    if (row === undefined || deploymentId === undefined) {
        return false;
    }
    const live = await ports.deployments.findLive(row.stackId);
    if (live !== undefined && releaseId(live) === deploymentId) {
        return false;
    }
    const at = completedAt ?? ports.clock.now().toISOString();
    await ports.stackStates.setPin(row.stackId, { deploymentId, by: row.triggeredByUser ?? "a user", at });
    return true;
}

function isByHand(row: DeploymentRecord): boolean {
    return row.previousDeploymentId !== undefined && row.rollbackOf === undefined;
}

/** Tells browsers what a stack is pinned to by now. */
export async function announcePin(
    ports: Pick<PinPorts, "deployments" | "stackStates" | "host">,
    stackName: string,
): Promise<void> {
    const pinned = (await findPin(ports, stackName)) ?? null;
    ports.host.push("stackPinUpdate", { stackName, pinned });
}
