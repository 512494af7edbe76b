import type { Knex } from "knex";
import { AppError } from "../../../../common/errors.ts";
import type { DeploymentStatus } from "../../../../common/schema/deployment.ts";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import { firstRow, type Row } from "../../../platform/sqlite/table.ts";
import type { Clock } from "../../core/clock.ts";
import {
    activeStatuses,
    canTransition,
    isTerminal,
    type DeploymentChange,
    type DeploymentStore,
} from "../../core/deployment.ts";
import { deploymentsTable, type DeploymentTable } from "./deployment-row.ts";
import { nextLiveOrderOfRow } from "./live-order.ts";

/** Conditional updates: each is one UPDATE that carries the state it expects. */
export function createDeploymentChanges(
    database: Database,
    table: DeploymentTable,
    clock: Clock,
): Pick<DeploymentStore, "transition" | "update" | "requestCancel" | "approve" | "endWaiting"> {
    const { knex } = database;
    const rowOf = (change: DeploymentChange, status?: DeploymentStatus): Row =>
        table.toRow(status === undefined ? change : { ...change, status });

    async function changeOne(rows: Knex.QueryBuilder, row: Row) {
        const found: unknown = await orUnavailable(rows.update(row).returning("*"));
        const changed = firstRow(found);
        return changed === undefined ? undefined : table.fromRow(changed);
    }
    const updateWhere = (id: string, status: DeploymentStatus, row: Row) =>
        changeOne(knex(deploymentsTable).where({ id, status }), row);
    const waitingForApproval = (id: string): Knex.QueryBuilder =>
        knex(deploymentsTable).where({ id, status: "building", phase: "approval" }).whereNull("approved_at");

    return {
        async transition(id, from, to, change = {}) {
            if (!canTransition(from, to)) {
                throw new AppError("conflict", `deployment: it cannot go from ${from} to ${to}`);
            }
            const now = clock.now().toISOString();
            const order = to === "successful" ? { live_order: knex.raw(nextLiveOrderOfRow) } : {};
            return updateWhere(id, from, { ...times(knex, to, change, now), ...rowOf(change, to), ...order });
        },
        async update(id, from, change) {
            if (Object.keys(change).length === 0) {
                return table.find("id = ? and status = ?", [id, from]);
            }
            return updateWhere(id, from, rowOf(change));
        },
        approve: (id, by) =>
            changeOne(waitingForApproval(id).whereNull("cancel_requested_at"), {
                approved_at: clock.now().toISOString(),
                approved_by: by,
            }),
        async endWaiting(id, end) {
            const change = { ...end, note: undefined };
            const ended = times(knex, "cancelled", change, clock.now().toISOString());
            return changeOne(waitingForApproval(id), { ...ended, ...rowOf(change, "cancelled") });
        },
        async requestCancel(id, reason) {
            const changed = await orUnavailable(
                knex(deploymentsTable)
                    .where({ id })
                    .whereIn("status", activeStatuses)
                    .update({
                        cancel_requested_at: knex.raw("coalesce(cancel_requested_at, ?)", [clock.now().toISOString()]),
                        cancel_reason: knex.raw("coalesce(cancel_reason, ?)", [reason]),
                    }),
            );
            return changed > 0;
        },
    };
}

/** Start, end and duration, where the change does not say them itself. */
function times(knex: Knex, to: DeploymentStatus, change: DeploymentChange, now: string): Row {
    if (!isTerminal(to)) {
        return { started_at: knex.raw("coalesce(started_at, ?)", [now]) };
    }
    const completedAt = change.completedAt ?? now;
    const seconds = "round((julianday(?) - julianday(coalesce(?, started_at))) * 86400, 3)";
    return {
        phase: "done",
        completed_at: completedAt,
        duration: knex.raw(seconds, [completedAt, change.startedAt ?? null]),
    };
}
