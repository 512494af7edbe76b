import type { Knex } from "knex";
import { z } from "zod";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import type { Clock } from "../../core/clock.ts";
import type { PipelineStore } from "../../core/pipeline-run.ts";
import { pipelinesTable, type PipelineTables, rowsOf } from "./pipeline-row.ts";

const Numbered = z.looseObject({ seq: z.int() });

/** Who works on a run that runs alone: leases, which only their owner extends and gives back. */
export function createPipelineQueue(
    { together }: Pick<Database, "together">,
    { knex, pipelines }: PipelineTables,
    clock: Clock,
): Pick<PipelineStore, "supersede" | "claim" | "heartbeat" | "takeOver" | "release"> {
    const now = (): string => clock.now().toISOString();
    const rows = (): Knex.QueryBuilder => knex(pipelinesTable);

    function lease(owner: string, seconds: number) {
        const expires = new Date(clock.now().getTime() + seconds * 1000);
        return { lease_owner: owner, lease_expires_at: expires.toISOString() };
    }

    return {
        async supersede(stackId, branch, by) {
            const error = `superseded by pipeline ${by}, a newer one of the same branch`;
            const ending = together.write((statements) =>
                statements.all(supersede, [now(), error, stackId, branch, now(), by]),
            );
            return rowsOf(await orUnavailable(ending), pipelines.fromRow);
        },
        async claim(owner, leaseSeconds) {
            const { lease_owner: taker, lease_expires_at: expires } = lease(owner, leaseSeconds);
            const claiming = together.write((statements) => statements.all(takeOldest, [taker, expires, now()]));
            const [row] = await orUnavailable(claiming);
            return row === undefined ? undefined : pipelines.fromRow(row);
        },
        async heartbeat(id, owner, leaseSeconds) {
            const query = rows().where({ id, lease_owner: owner }).update(lease(owner, leaseSeconds));
            return (await orUnavailable(query)) > 0;
        },
        async takeOver(owner, leaseSeconds) {
            const taking = knex.transaction(async (transaction) => {
                await freeWaiting(transaction, owner);
                return transaction(pipelinesTable)
                    .where({ status: "running", runs_alone: 1 })
                    .andWhere((other) => other.whereNull("lease_owner").orWhereNot({ lease_owner: owner }))
                    .update({ ...lease(owner, leaseSeconds), attempt: knex.raw("attempt + 1") })
                    .returning("*");
            });
            const taken = z.array(Numbered).parse(await orUnavailable(taking));
            return taken.sort((a, b) => a.seq - b.seq).map((row) => pipelines.fromRow(row));
        },
        async release(id, owner) {
            const freed = { lease_owner: null, lease_expires_at: null };
            await orUnavailable(rows().where({ id, lease_owner: owner }).update(freed));
        },
    };
}

const takeOldest = `
    update ${pipelinesTable} set lease_owner = ?, lease_expires_at = ?, attempt = attempt + 1
    where seq = (
        select min(seq) from ${pipelinesTable}
        where status = 'pending' and runs_alone = 1 and (lease_owner is null or lease_expires_at <= ?)
    )
    returning *`;

/** Older than the one that stays, never begun, and nobody's yet; a tag's run is not in the way of its branch's. */
const supersede = `
    update ${pipelinesTable} set status = 'cancelled', completed_at = ?, error = ?
    where stack_id = ? and branch = ? and status = 'pending' and runs_alone = 1 and plan is null
        and (lease_owner is null or lease_expires_at <= ?)
        and exists (
            select 1 from ${pipelinesTable} newer
            where newer.id = ? and newer.seq > ${pipelinesTable}.seq
                and coalesce(newer.tag, '') = coalesce(${pipelinesTable}.tag, '')
        )
    returning *`;

/** One server owns the data directory and has a new name at every start: every lease of another name is a dead one's. */
async function freeWaiting(transaction: Knex.Transaction, owner: string): Promise<void> {
    await transaction(pipelinesTable)
        .where({ status: "pending" })
        .whereNotNull("lease_owner")
        .whereNot({ lease_owner: owner })
        .update({ lease_owner: null, lease_expires_at: null });
}
