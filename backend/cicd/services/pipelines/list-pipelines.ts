import { AppError } from "../../../../common/errors.ts";
import type { PageQuery } from "../../../../common/schema/page.ts";
import type { PipelineRun } from "../../../../common/schema/pipeline-run.ts";
import type { JobRecord, PipelineRecord, PipelineStore } from "../../core/pipeline-run.ts";
import { pageOf } from "../page.ts";
import { viewPipelines, type ViewPipelinePorts } from "./view-pipeline.ts";

export type ListPipelinePorts = ViewPipelinePorts & {
    readonly pipelines: Pick<PipelineStore, "list" | "branches">;
};

/** A page of runs, and all branches that there are runs of, the one that ran last first. */
export interface PipelineList {
    readonly items: PipelineRun[];
    readonly nextCursor: string | null;
    readonly branches: string[];
}

type ListQuery = PageQuery & { readonly branch?: string | undefined };

/** A page of runs with very many jobs ends early: it would take a second to make, and hundreds of megabytes. */
const mostJobs = 4000;
const rowsAtOnce = 20;

/** A stack's runs, newest first, of all branches or of one: at most `limit`, fewer where they have very many jobs. */
export async function listPipelines(ports: ListPipelinePorts, stack: string, query: ListQuery): Promise<PipelineList> {
    const [rows, branches] = await Promise.all([findRows(ports, stack, query), ports.pipelines.branches(stack)]);
    const { items, nextCursor } = pageOf(rows, Math.min(query.limit, fittingIn(rows)));
    return { items: await viewPipelines(ports, items), nextCursor, branches: [...branches] };
}

/** One more than the page may have, or than fit in. */
async function findRows(
    { pipelines }: ListPipelinePorts,
    stack: string,
    { branch, limit, cursor }: ListQuery,
): Promise<readonly PipelineRecord[]> {
    const rows: PipelineRecord[] = [];
    while (rows.length <= limit && fittingIn(rows) === rows.length) {
        const wanted = Math.min(rowsAtOnce, limit + 1 - rows.length);
        const found = await pipelines.list(stack, { branch, limit: wanted, cursor: rows.at(-1)?.id ?? cursor });
        rows.push(...found);
        if (found.length < wanted) {
            return rows;
        }
    }
    return rows;
}

/** How many of the first runs fit in one page; always one. */
function fittingIn(rows: readonly PipelineRecord[]): number {
    let jobs = 0;
    const beyond = rows.findIndex(({ plan }) => (jobs += plan?.jobs.length ?? 0) > mostJobs);
    return beyond === -1 ? rows.length : Math.max(1, beyond);
}

/** A run's record; throws `not_found`. */
export async function requirePipeline(
    { pipelines }: { readonly pipelines: Pick<PipelineStore, "find"> },
    id: string,
): Promise<PipelineRecord> {
    const record = await pipelines.find(id);
    if (record === undefined) {
        throw new AppError(
            "not_found",
            `pipeline: there is none with the id ${id}; list the stack's pipelines to find one`,
        );
    }
    return record;
}

/** A job's record; throws `not_found`. */
export async function requireJob(
    { pipelines }: { readonly pipelines: Pick<PipelineStore, "findJob"> },
    id: string,
): Promise<JobRecord> {
    const record = await pipelines.findJob(id);
    if (record === undefined) {
        throw new AppError("not_found", `job: there is none with the id ${id}; look at its pipeline to find one`);
    }
    return record;
}
