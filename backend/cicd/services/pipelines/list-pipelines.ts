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

/** A stack's runs, newest first, of all branches or of one. */
export async function listPipelines(
    ports: ListPipelinePorts,
    stack: string,
    { branch, limit, cursor }: PageQuery & { readonly branch?: string | undefined },
): Promise<PipelineList> {
    const [rows, branches] = await Promise.all([
        ports.pipelines.list(stack, { branch, limit: limit + 1, cursor }),
        ports.pipelines.branches(stack),
    ]);
    const { items, nextCursor } = pageOf(rows, limit);
    return { items: await viewPipelines(ports, items), nextCursor, branches: [...branches] };
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
