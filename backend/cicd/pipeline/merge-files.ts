import type { PipelineHead, PipelineParallelism } from "../../../common/schema/pipeline.ts";
import type { PipelineDefaults } from "../../../common/schema/pipeline-job.ts";
import type { PipelineVariables } from "../../../common/schema/pipeline-variables.ts";
import type { FileSource } from "./job-source.ts";

/** What the tops of several files say together. */
export interface MergedHead {
    readonly stages: readonly string[];
    readonly parallelism: PipelineParallelism;
    readonly defaults: PipelineDefaults;
}

const usualStages = ["build", "test", "deploy"];

/** A later file wins, key by key; variables by name. Without stages of its own, a file takes those that it includes. */
export function mergeHeads(sources: readonly FileSource[]): MergedHead {
    const heads = sources.map(({ head }) => head);
    const own = heads.at(-1)?.stages;
    const stages = own ?? [...new Set(heads.flatMap((head) => head.stages ?? []))];
    const all = heads.reduce<PipelineHead>((merged, head) => ({ ...merged, ...head }), {});
    const { stages: _stages, include: _include, parallelism = 1, ...defaults } = all;
    const variables = heads.reduce<PipelineVariables>((merged, head) => ({ ...merged, ...head.variables }), {});
    return { stages: stages.length === 0 ? usualStages : stages, parallelism, defaults: { ...defaults, variables } };
}
