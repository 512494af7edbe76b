import type { Statements } from "../../../platform/sqlite/group-commit.ts";
import { activeStatuses } from "../../core/deployment.ts";
import { deploymentsTable } from "./deployment-row.ts";
import { jobsTable, pipelinesTable } from "./pipeline-row.ts";

const request = `
    update ${jobsTable} set requested_at = ?, requested_by = ?
    where id = ? and status = 'pending' and requested_at is null
    returning *`;

const isDeploying = `exists (
    select 1 from ${deploymentsTable} deployment
    where deployment.id = ${pipelinesTable}.deployment_id
        and deployment.status in (${activeStatuses.map((status) => `'${status}'`).join(", ")})
)`;

/** Only what nobody works on any more: it has ended, or it ran in the lease of a deployment that has. */
const reopen = `
    update ${pipelinesTable}
    set status = 'pending', runs_alone = 1, completed_at = null, error = null,
        cancel_requested_at = null, cancel_reason = null, lease_owner = null, lease_expires_at = null
    where id = (select pipeline_id from ${jobsTable} where id = ?)
        and (status not in ('pending', 'running') or (runs_alone = 0 and not ${isDeploying}))`;

/** Notes who started a manual job, and queues its run again where nothing would look at it. Answers the job's row. */
export function requestJob(
    statements: Statements,
    { id, by, now }: { readonly id: string; readonly by: string | undefined; readonly now: string },
): unknown {
    const [row] = statements.all(request, [now, by ?? null, id]);
    if (row !== undefined) {
        statements.run(reopen, [id]);
    }
    return row;
}
