import type { Knex } from "knex";
import { z } from "zod";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import type { Clock } from "../../core/clock.ts";
import type { DeploymentStore } from "../../core/deployment.ts";
import { deploymentsTable, type DeploymentTable } from "./deployment-row.ts";

const running = ["building", "deploying"] as const;
const Numbered = z.looseObject({ seq: z.int() });

/** Who works on a row: leases, which only their owner extends and gives back. */
export function createDeploymentQueue(
    database: Database,
    table: DeploymentTable,
    clock: Clock,
): Pick<DeploymentStore, "claim" | "heartbeat" | "takeOver" | "release"> {
    const { knex } = database;
    const now = (): string => clock.now().toISOString();
    const deployments = (): Knex.QueryBuilder => knex(deploymentsTable);

    function lease(owner: string, seconds: number) {
        const expires = new Date(clock.now().getTime() + seconds * 1000);
        return { lease_owner: owner, lease_expires_at: expires.toISOString() };
    }

    function taken(owner: string, seconds: number) {
        return { ...lease(owner, seconds), attempt: knex.raw("attempt + 1") };
    }

    return {
        async claim(owner, leaseSeconds) {
            const { lease_owner: taker, lease_expires_at: expires } = lease(owner, leaseSeconds);
            const claiming = database.together.write((statements) =>
                statements.all(takeOldest, [taker, expires, now(), now(), now(), now()]),
            );
            const [row] = await orUnavailable(claiming);
            return row === undefined ? undefined : table.fromRow(row);
        },
        async heartbeat(id, owner, leaseSeconds) {
            const query = deployments().where({ id, lease_owner: owner }).update(lease(owner, leaseSeconds));
            return (await orUnavailable(query)) > 0;
        },
        async takeOver(owner, leaseSeconds) {
            const taking = knex.transaction(async (transaction) => {
                await freeWaiting(transaction, owner);
                return left(transaction, owner).update(taken(owner, leaseSeconds)).returning("*");
            });
            const rows = z.array(Numbered).parse(await orUnavailable(taking));
            return rows.sort((a, b) => a.seq - b.seq).map((row) => table.fromRow(row));
        },
        async release(id, owner) {
            const freed = { lease_owner: null, lease_expires_at: null };
            await orUnavailable(deployments().where({ id, lease_owner: owner }).update(freed));
        },
    };
}

/** An SQL condition: built, and left by its worker until somebody approves it. */
const isParked = (row: string): string => `(${row}.status = 'building' and ${row}.phase = 'approval')`;

/** An SQL query: the oldest such row that waits for nobody, because no other of its stack runs or is leased. */
const oldest = (isReady: string): string => `
    select min(waiting.seq) from ${deploymentsTable} waiting
    where ${isReady} and waiting.rollback_of is null
        and (waiting.lease_owner is null or waiting.lease_expires_at <= ?)
        and not exists (
            select 1 from ${deploymentsTable} other
            where other.stack_id = waiting.stack_id and other.seq <> waiting.seq
                and (
                    (other.status in ('building', 'deploying') and not ${isParked("other")})
                    or other.lease_expires_at > ?
                )
        )`;

/** Not before what was asked to be restored first: restored afterwards it would take the approved one back. */
const approved = `
    waiting.status = 'building' and waiting.phase = 'approval' and waiting.approved_at is not null
        and not exists (
            select 1 from ${deploymentsTable} asked
            where asked.stack_id = waiting.stack_id and asked.status = 'pending' and asked.rollback_of is null
                and asked.previous_deployment_id is not null and asked.created_at <= waiting.approved_at
        )`;

/** Leases a row that was approved, else one that is to be built: each by its own index. */
const takeOldest = `
    update ${deploymentsTable} set lease_owner = ?, lease_expires_at = ?, attempt = attempt + 1
    where seq = coalesce((${oldest(approved)}), (${oldest("waiting.status = 'pending'")}))
    returning *`;

/**
 * Leases of others on rows that do not run. One server owns the data directory and has a new name at every start, so
 * that every lease of another name is a dead one's.
 */
async function freeWaiting(transaction: Knex.Transaction, owner: string): Promise<void> {
    await transaction(deploymentsTable)
        .whereNotNull("lease_owner")
        .whereNot({ lease_owner: owner })
        .where((idle) => idle.whereNotIn("status", running).orWhereRaw(isParked(deploymentsTable)))
        .update({ lease_owner: null, lease_expires_at: null });
}

/**
 * Rows that run without a living owner. An automatic rollback belongs to the failed deployment's owner, and is left
 * over only when that one has ended.
 */
function left(transaction: Knex.Transaction, owner: string): Knex.QueryBuilder {
    const failed = transaction({ failed: deploymentsTable })
        .select(transaction.raw("1"))
        .whereRaw(`failed.id = ${deploymentsTable}.rollback_of`)
        .whereIn("failed.status", running);
    return transaction(deploymentsTable)
        .andWhere((other) => other.whereNull("lease_owner").orWhereNot({ lease_owner: owner }))
        .andWhere((either) =>
            either
                .where((own) =>
                    own
                        .whereIn("status", running)
                        .whereNull("rollback_of")
                        .whereRaw(`not ${isParked(deploymentsTable)}`),
                )
                .orWhere((rollback) =>
                    rollback
                        .whereIn("status", ["pending", ...running])
                        .whereNotNull("rollback_of")
                        .whereNotExists(failed),
                ),
        );
}
