import type { Statements } from "../../../platform/sqlite/group-commit.ts";
import {
    activeStatuses,
    type DeploymentRecord,
    type Queued,
    type QueueDecision,
    type QueueView,
} from "../../core/deployment.ts";
import { deploymentsTable, listedColumns, newRecord, type DeploymentTable } from "./deployment-row.ts";

const slim = listedColumns.join(", ");
const isActive = `status in (${activeStatuses.map((status) => `'${status}'`).join(", ")})`;
const supersede =
    `update ${deploymentsTable} set status = 'cancelled', phase = 'done', completed_at = ?, error = ?, ` +
    "error_code = 'superseded', superseded_by = ?, duration = round((julianday(?) - julianday(started_at)) * 86400, 3) " +
    "where id = ? and status = 'pending'";

type QueueStep = (
    statements: Statements,
    stackId: string,
    now: string,
    decide: (view: QueueView) => QueueDecision,
) => Queued;

/** Queues a deployment as `decide` tells; it sees rows without the tails of their logs. */
export function createQueueStep(table: DeploymentTable): QueueStep {
    const activeOf = table.prepare(`stack_id = ? and ${isActive} order by seq`, slim);
    const liveOf = table.prepare("stack_id = ? and status = 'successful' order by seq desc limit 1", slim);

    return (statements, stackId, now, decide) => {
        const decision = decide({
            active: activeOf(statements, [stackId]),
            live: () => liveOf(statements, [stackId])[0],
        });
        if ("same" in decision) {
            return { deployment: decision.same, created: false, cancelled: [] };
        }
        const deployment = newRecord(decision.create, now);
        table.insert(statements, deployment);
        const cancelled = decision.replaced.map((row) => superseded(row, now, deployment.id, decision.reason));
        cancelled.forEach(({ id }) => statements.run(supersede, [now, decision.reason, deployment.id, now, id]));
        return { deployment, created: true, cancelled };
    };
}

/** Nothing comes in between: the row still is the one that was read. */
function superseded(row: DeploymentRecord, now: string, supersededBy: string, error: string): DeploymentRecord {
    return {
        ...row,
        status: "cancelled",
        phase: "done",
        completedAt: now,
        errorCode: "superseded",
        error,
        supersededBy,
    };
}
