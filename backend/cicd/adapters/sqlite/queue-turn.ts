import type { Statements } from "../../../platform/sqlite/group-commit.ts";
import { activeStatuses, type DeploymentRecord, type QueueView } from "../../core/deployment.ts";
import { deploymentsTable, listedColumns, type DeploymentTable } from "./deployment-row.ts";
import { isLive } from "./live-order.ts";

const slim = listedColumns.join(", ");
const isActive = `status in (${activeStatuses.map((status) => `'${status}'`).join(", ")})`;
const supersede =
    `update ${deploymentsTable} set status = 'cancelled', phase = 'done', completed_at = ?, error = ?, ` +
    "error_code = 'superseded', superseded_by = ?, note = null, duration = round((julianday(?) - julianday(started_at)) * 86400, 3) " +
    "where id = ? and (status = 'pending' or (status = 'building' and phase = 'approval' and approved_at is null))";

/** The queues of stacks as the works of one group see and change them. */
export interface QueueTurn {
    view(stackId: string): QueueView;
    /** Puts a new row in the place of rows that waited; these are given as they are from now on. */
    replace(created: DeploymentRecord, superseded: readonly DeploymentRecord[]): void;
}

/**
 * Each queue is read once for a group of works. New rows are written when the group ends: of a burst of pushes each is
 * replaced by the next, and is written once, in its last state.
 */
export function createQueueTurns(table: DeploymentTable): (statements: Statements) => QueueTurn {
    const turns = new WeakMap<Statements, QueueTurn>();
    const activeOf = table.prepare(`stack_id = ? and ${isActive} order by seq`, slim);
    const liveOf = table.prepare(`${isLive} limit 1`, slim);

    function begin(statements: Statements): QueueTurn {
        const active = new Map<string, readonly DeploymentRecord[]>();
        const live = new Map<string, readonly DeploymentRecord[]>();
        const made = new Map<string, DeploymentRecord>();
        statements.atEnd(() => made.forEach((row) => table.insert(statements, row)));

        return {
            view: (stackId) => ({
                active: remembered(active, stackId, () => activeOf(statements, [stackId])),
                live: () => remembered(live, stackId, () => liveOf(statements, [stackId]))[0],
            }),
            replace(created, superseded) {
                made.set(created.id, created);
                superseded.forEach((row) =>
                    made.has(row.id) ? made.set(row.id, row) : writeSuperseded(statements, row),
                );
                const gone = new Set(superseded.map(({ id }) => id));
                const others = active.get(created.stackId)?.filter(({ id }) => !gone.has(id)) ?? [];
                active.set(created.stackId, [...others, created]);
            },
        };
    }

    return (statements) => {
        const turn = turns.get(statements) ?? begin(statements);
        turns.set(statements, turn);
        return turn;
    };
}

function remembered<T>(known: Map<string, T>, key: string, read: () => T): T {
    const found = known.get(key) ?? read();
    known.set(key, found);
    return found;
}

function writeSuperseded(statements: Statements, row: DeploymentRecord): void {
    const { completedAt = null, error = null, supersededBy = null } = row;
    statements.run(supersede, [completedAt, error, supersededBy, completedAt, row.id]);
}
