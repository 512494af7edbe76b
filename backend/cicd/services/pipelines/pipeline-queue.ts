import type { LeasedQueue } from "../../core/leased-queue.ts";
import { hasEnded, type PipelineRecord, type PipelineStore } from "../../core/pipeline-run.ts";

type Store = Pick<PipelineStore, "claim" | "takeOver" | "heartbeat" | "release" | "find">;

/** The runs of pipelines that wait and run alone, for a worker. */
export function pipelineQueue(pipelines: Store): LeasedQueue<PipelineRecord> {
    return {
        claim: (owner, leaseSeconds) => pipelines.claim(owner, leaseSeconds),
        takeOver: (owner, leaseSeconds) => pipelines.takeOver(owner, leaseSeconds),
        heartbeat: (id, owner, leaseSeconds) => pipelines.heartbeat(id, owner, leaseSeconds),
        release: (id, owner) => pipelines.release(id, owner),
        find: (id) => pipelines.find(id),
        hasEnded: ({ status }) => hasEnded(status),
        requestedEnd: ({ cancelRequestedAt, cancelReason }) =>
            cancelRequestedAt === undefined
                ? undefined
                : { errorCode: "cancelled", message: cancelReason ?? "Cancelled." },
    };
}
