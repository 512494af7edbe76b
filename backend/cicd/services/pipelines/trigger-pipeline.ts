import { AppError } from "../../../../common/errors.ts";
import type { DeploymentRequest } from "../../../../common/schema/deployment.ts";
import type { RepositoryStore } from "../../core/git-repository.ts";
import type { Caller } from "../../core/host.ts";
import type { PipelineRecord } from "../../core/pipeline-run.ts";
import { requestedRef } from "../requested-ref.ts";
import type { EnqueuePipeline } from "./enqueue-pipeline.ts";

export interface TriggerPipelinePorts {
    readonly repositories: Pick<RepositoryStore, "findByStack">;
    readonly enqueuePipeline: EnqueuePipeline;
}

/**
 * Queues a run of a stack's pipeline that deploys nothing. What the request leaves out comes from the repository. Throws
 * `not_found` where the stack is not connected, `invalid` where branch and tag are both given.
 */
export async function triggerPipeline(
    ports: TriggerPipelinePorts,
    given: { readonly stack: string; readonly request: DeploymentRequest; readonly caller: Caller },
): Promise<PipelineRecord> {
    const { stack, request, caller } = given;
    const repository = await ports.repositories.findByStack(stack);
    if (repository === undefined) {
        throw new AppError("not_found", `stack: ${stack} is not connected to a repository; connect one first`);
    }
    const ref = requestedRef(request, repository);
    const { pipeline } = await ports.enqueuePipeline({
        repository,
        ref,
        commit: request.commit ?? "",
        triggeredBy: caller.via === "token" ? "api" : "manual",
        user: caller.username,
    });
    return pipeline;
}
