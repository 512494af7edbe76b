import { AppError } from "../../../common/errors.ts";
import { awaitsApproval, type DeploymentRecord, type DeploymentStore } from "../core/deployment.ts";
import type { Caller } from "../core/host.ts";
import { findDeployment } from "./list-deployments.ts";

export interface ApprovePorts {
    readonly deployments: Pick<DeploymentStore, "find" | "approve" | "endWaiting">;
    readonly announce: (deployment: DeploymentRecord) => void;
    /** Wakes the worker. */
    readonly wake: () => void;
}

interface ApproveCall {
    readonly id: string;
    readonly caller: Caller;
}

/**
 * Lets a deployment that waits for approval go live. Throws `not_found`, and `conflict` where it does not wait: it was
 * approved before, has ended, or never asked.
 */
export async function approveDeployment(ports: ApprovePorts, { id, caller }: ApproveCall): Promise<DeploymentRecord> {
    const approved = await ports.deployments.approve(id, caller.username);
    if (approved === undefined) {
        throw tooLate(await findDeployment(ports, id), "approve");
    }
    ports.announce(approved);
    ports.wake();
    return approved;
}

/** Ends a deployment that waits for approval: `cancelled` with the code `rejected`. Throws as approving does. */
export async function rejectDeployment(ports: ApprovePorts, { id, caller }: ApproveCall): Promise<DeploymentRecord> {
    const end = { errorCode: "rejected" as const, error: `Rejected by ${caller.username}.` };
    const rejected = await ports.deployments.endWaiting(id, end);
    if (rejected === undefined) {
        throw tooLate(await findDeployment(ports, id), "reject");
    }
    ports.announce(rejected);
    return rejected;
}

function tooLate(record: DeploymentRecord, what: "approve" | "reject"): AppError {
    return new AppError("conflict", `deployment: ${whyNot(record)}; there is nothing to ${what}`);
}

function whyNot(record: DeploymentRecord): string {
    if (record.errorCode === "rejected" || record.errorCode === "superseded") {
        return `it has already ended: ${record.error ?? record.errorCode}`;
    }
    if (record.approvedAt !== undefined) {
        return `${record.approvedBy ?? "somebody"} approved it at ${record.approvedAt}`;
    }
    return awaitsApproval(record)
        ? "it is just being cancelled"
        : `it does not wait for approval (${record.status}, ${record.phase})`;
}
