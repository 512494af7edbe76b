import { type DeploymentRecord, durationSeconds, isTerminal } from "../core/deployment.ts";
import type { Host } from "../core/host.ts";
import type { Metrics } from "../core/metrics.ts";
import { viewOne, type ViewPorts } from "./view-deployments.ts";

export interface AnnouncePorts extends ViewPorts {
    readonly host: Pick<Host, "push" | "refreshStacks" | "isWatched">;
    readonly metrics: Metrics;
    readonly onError: (error: unknown) => void;
}

/** Tells browsers, stack list and metrics of every change of a deployment, in the order of the changes. */
export function createAnnounce(ports: AnnouncePorts): (record: DeploymentRecord) => void {
    const lastTold = new Map<string, DeploymentRecord["status"]>();
    let turn: Promise<void> = Promise.resolve();

    /** In a burst of pushes one deployment that waits replaces another: the list of stacks shows the same. */
    function changesList({ stackId, status, supersededBy }: DeploymentRecord): boolean {
        if (status === "cancelled" && supersededBy !== undefined) {
            return false;
        }
        const before = lastTold.get(stackId);
        lastTold.set(stackId, status);
        return status !== "pending" || before !== "pending";
    }

    async function tell(record: DeploymentRecord): Promise<void> {
        if (ports.host.isWatched()) {
            const { buildLogs, deploymentLogs, ...slim } = record;
            ports.host.push("deploymentStatusUpdate", { deployment: await viewOne(ports, slim) });
        }
        if (changesList(record)) {
            ports.host.refreshStacks();
        }
    }

    return (record) => {
        if (isTerminal(record.status)) {
            ports.metrics.deploymentEnded(record.status, durationSeconds(record));
        }
        turn = turn.then(() => tell(record)).catch(ports.onError);
    };
}
