import { z } from "zod";
import {
    DeployedImage,
    DeployedMachine,
    DeploymentErrorCode,
    DeploymentPhase,
    DeploymentStatus,
    PhaseTime,
    RefreshImage,
    TriggerType,
} from "../../../../common/schema/deployment.ts";
import { randomId } from "../../../platform/crypto/random-id.ts";
import { json } from "../../../platform/sqlite/columns.ts";
import type { Database } from "../../../platform/sqlite/database.ts";
import { openTable, type Table } from "../../../platform/sqlite/table.ts";
import type { DeploymentRecord, NewDeployment } from "../../core/deployment.ts";

export const deploymentsTable = "deployments";

const text = z.string().optional();

const columns = z.object({
    id: z.string(),
    stackId: z.string(),
    buildConfigId: z.string(),
    repositoryId: z.string(),
    commitSha: z.string(),
    commitMessage: text,
    commitAuthor: text,
    branch: z.string(),
    tag: text,
    status: DeploymentStatus,
    phase: DeploymentPhase,
    phases: json(z.array(PhaseTime).readonly()),
    createdAt: z.string(),
    startedAt: text,
    completedAt: text,
    error: text,
    errorCode: DeploymentErrorCode.optional(),
    note: text,
    triggeredBy: TriggerType,
    triggeredByUser: text,
    previousDeploymentId: text,
    rollbackOf: text,
    supersededBy: text,
    images: json(z.array(DeployedImage).readonly()),
    machines: json(z.array(DeployedMachine.extend({ before: z.string().optional() })).readonly()),
    approvalRequestedAt: text,
    approvedAt: text,
    approvedBy: text,
    refreshImages: json(z.array(RefreshImage).readonly()).optional(),
    cancelRequestedAt: text,
    cancelReason: text,
    attempt: z.int(),
    leaseOwner: text,
    leaseExpiresAt: text,
    buildLogs: text,
    deploymentLogs: text,
    pipelineId: text,
});

export type DeploymentTable = Table<DeploymentRecord>;

export function openDeploymentTable(database: Database): DeploymentTable {
    return openTable(database, deploymentsTable, columns);
}

/** The columns of a row in a list: all but the logs' tails, which are long. */
export const listedColumns: readonly string[] = Object.keys(columns.shape)
    .filter((field) => field !== "buildLogs" && field !== "deploymentLogs")
    .map((field) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

/** The record of a new row. */
export function newRecord({ status = "pending", live: _live, ...given }: NewDeployment, now: string): DeploymentRecord {
    const record = {
        images: [],
        machines: [],
        ...given,
        id: randomId(),
        status,
        phases: [],
        createdAt: now,
        attempt: 0,
    };
    return status === "pending"
        ? { ...record, phase: "queued" }
        : { ...record, phase: "done", startedAt: now, completedAt: now };
}
