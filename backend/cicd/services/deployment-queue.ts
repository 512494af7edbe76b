import { type DeploymentRecord, type DeploymentStore, isTerminal } from "../core/deployment.ts";
import type { LeasedQueue } from "../core/leased-queue.ts";
import { requestedEnd } from "./requested-end.ts";

/** The deployments that wait and run, for a worker. */
export function deploymentQueue(deployments: DeploymentStore): LeasedQueue<DeploymentRecord> {
    return {
        claim: (owner, leaseSeconds) => deployments.claim(owner, leaseSeconds),
        takeOver: (owner, leaseSeconds) => deployments.takeOver(owner, leaseSeconds),
        heartbeat: (id, owner, leaseSeconds) => deployments.heartbeat(id, owner, leaseSeconds),
        release: (id, owner) => deployments.release(id, owner),
        find: (id) => deployments.find(id),
        hasEnded: ({ status }) => isTerminal(status),
        requestedEnd,
    };
}
