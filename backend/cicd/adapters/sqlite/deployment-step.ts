import type { Statements } from "../../../platform/sqlite/group-commit.ts";
import type { DeploymentRecord, Queued, QueueDecision, QueueView } from "../../core/deployment.ts";
import type { Table } from "../../../platform/sqlite/table.ts";
import type { PipelineRecord } from "../../core/pipeline-run.ts";
import { newRecord, type DeploymentTable } from "./deployment-row.ts";
import { newPipelineRecord } from "./pipeline-row.ts";
import { createQueueTurns } from "./queue-turn.ts";

type QueueStep = (
    statements: Statements,
    stackId: string,
    now: string,
    decide: (view: QueueView) => QueueDecision,
) => Queued;

/** Queues a deployment as `decide` tells; it sees rows without the tails of their logs. */
export function createQueueStep(table: DeploymentTable, pipelines: Table<PipelineRecord>): QueueStep {
    const turnOf = createQueueTurns(table);

    return (statements, stackId, now, decide) => {
        const turn = turnOf(statements);
        const decision = decide(turn.view(stackId));
        if ("same" in decision) {
            return { deployment: decision.same, created: false, cancelled: [] };
        }
        const made = newRecord(decision.create, now);
        const run =
            decision.pipeline &&
            newPipelineRecord({ ...decision.pipeline, deploymentId: made.id, runsAlone: false }, now);
        if (run !== undefined) {
            pipelines.insert(statements, run);
        }
        const deployment = run === undefined ? made : { ...made, pipelineId: run.id };
        const cancelled = decision.replaced.map((row) => superseded(row, now, deployment.id, decision.reason));
        turn.replace(deployment, cancelled);
        return { deployment, created: true, cancelled };
    };
}

/** Nothing comes in between: the row still is the one that was read. */
function superseded(row: DeploymentRecord, now: string, supersededBy: string, error: string): DeploymentRecord {
    return {
        ...row,
        note: undefined,
        status: "cancelled",
        phase: "done",
        completedAt: now,
        errorCode: "superseded",
        error,
        supersededBy,
    };
}
