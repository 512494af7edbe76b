import { AppError } from "../../../common/errors.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { awaitsApproval, isTerminal } from "../core/deployment.ts";
import type { Caller } from "../core/host.ts";
import type { RunningDeployments } from "./running-deployments.ts";

export interface CancelPorts {
    readonly deployments: DeploymentStore;
    readonly running: RunningDeployments;
    readonly announce: (deployment: DeploymentRecord) => void;
}

/**
 * Cancels a deployment: one that waits, for its turn or for approval, ends at once, one that builds is stopped, one that applies finishes its running
 * command and restores the old release. Throws `not_found`, and `conflict` where it has already ended or is itself the
 * restoring of an old release.
 */
export async function cancelDeployment(
    ports: CancelPorts,
    { id, caller }: { readonly id: string; readonly caller: Caller },
): Promise<DeploymentRecord> {
    const record = await ports.deployments.find(id);
    if (record === undefined) {
        throw new AppError("not_found", `deployment: there is none with the id ${id}`);
    }
    if (isTerminal(record.status)) {
        throw new AppError("conflict", `deployment: it has already ended (${record.status}); nothing to cancel`);
    }
    if (record.rollbackOf !== undefined) {
        throw new AppError("conflict", "deployment: it restores the release that ran before; it is finished first");
    }
    const message = `Cancelled by ${caller.username}.`;
    const ended = await cancelWaiting(ports, record, message);
    if (ended !== undefined) {
        return ended;
    }
    await ports.deployments.requestCancel(id, message);
    ports.running.abort(id, { errorCode: "cancelled", message });
    // It may have come to wait for approval just now, and heard of nothing.
    const asked = (await endUnapproved(ports, record, message)) ?? (await ports.deployments.find(id));
    return asked ?? record;
}

async function cancelWaiting(
    ports: CancelPorts,
    record: DeploymentRecord,
    message: string,
): Promise<DeploymentRecord | undefined> {
    if (awaitsApproval(record)) {
        return endUnapproved(ports, record, message);
    }
    // A pending row that carries a lease has been claimed: its run sees the request and ends it itself.
    if (record.status !== "pending" || record.leaseOwner !== undefined) {
        return undefined;
    }
    const ended = await ports.deployments.transition(record.id, "pending", "cancelled", {
        phase: "done",
        error: message,
        errorCode: "cancelled",
    });
    if (ended !== undefined) {
        ports.announce(ended);
    }
    return ended;
}

async function endUnapproved(
    ports: CancelPorts,
    { id }: DeploymentRecord,
    error: string,
): Promise<DeploymentRecord | undefined> {
    const ended = await ports.deployments.endWaiting(id, { error, errorCode: "cancelled" });
    if (ended !== undefined) {
        ports.announce(ended);
    }
    return ended;
}
