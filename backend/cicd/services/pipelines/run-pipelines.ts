import type { BuildConfigStore } from "../../core/build-config.ts";
import type { RepositoryRecord } from "../../core/git-repository.ts";
import type { SeenRefs } from "../../core/poll-rules.ts";
import { runsPipelineOnly } from "../../core/push-rules.ts";
import type { RefEvent } from "../../core/webhook-event.ts";
import type { StackPush } from "../enqueue-push.ts";
import type { EnqueuePipeline } from "./enqueue-pipeline.ts";

/** What pushes meant for a stack's pipeline alone. */
export interface PipelineVerdict {
    readonly verdict: "queued" | "duplicate";
    readonly reason: string;
    /** The last one, where several branches were pushed at once. */
    readonly pipelineId: string;
}

/** Queues a run for every pushed branch that deploys nothing, but whose pipeline runs; undefined where there is none. */
export async function runPipelines(
    { enqueuePipeline }: { readonly enqueuePipeline: EnqueuePipeline },
    { repository, buildConfig, user }: Omit<StackPush, "push">,
    refs: readonly RefEvent[],
): Promise<PipelineVerdict | undefined> {
    const rules = { ...buildConfig, branch: repository.branch, paths: repository.paths };
    let verdict: PipelineVerdict | undefined;
    for (const event of refs) {
        if (event.kind !== "push" || !runsPipelineOnly(event, rules)) {
            continue;
        }
        const { ref, commit, message, author } = event;
        const request = { repository, ref, commit, message, author, triggeredBy: "webhook" as const, user };
        const { pipeline, created } = await enqueuePipeline(request);
        verdict = created
            ? { verdict: "queued", reason: `pipeline only: branch ${ref.name}`, pipelineId: pipeline.id }
            : (verdict ?? {
                  verdict: "duplicate",
                  reason: `pipeline only: it has run for this commit of branch ${ref.name} already, or is about to`,
                  pipelineId: pipeline.id,
              });
    }
    return verdict;
}

/**
 * The same for what a poll has seen: branches that are new or were moved since the last one. Before the first poll they
 * are only remembered. Which files changed is not known here, and the commit's message only once it is fetched.
 */
export async function runChangedBranches(
    ports: {
        readonly buildConfigs: Pick<BuildConfigStore, "findByStack">;
        readonly enqueuePipeline: EnqueuePipeline;
    },
    repository: RepositoryRecord,
    seen: SeenRefs,
): Promise<void> {
    const { knownRefs: known, stackId } = repository;
    const buildConfig = known && (await ports.buildConfigs.findByStack(stackId));
    if (buildConfig === undefined) {
        return;
    }
    const rules = { ...buildConfig, branch: repository.branch, paths: repository.paths };
    for (const [fullRef, commit] of Object.entries(seen)) {
        const name = fullRef.replace(/^refs\/heads\//, "");
        const isChanged = name !== fullRef && known?.[fullRef] !== commit;
        const ref = { type: "branch" as const, name };
        if (isChanged && runsPipelineOnly({ kind: "push", ref, commit }, rules)) {
            await ports.enqueuePipeline({ repository, ref, commit, triggeredBy: "scheduled" });
        }
    }
}
