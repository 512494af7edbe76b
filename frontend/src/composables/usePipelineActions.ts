import { useRouter } from "vue-router";
import type { DeploymentRequest } from "../../../common/schema/deployment.ts";
import type { PipelineRun } from "../../../common/schema/pipeline-run.ts";
import { redeployRequest } from "../model/redeploy.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { usePagePlace } from "./usePagePlace.ts";
import { useSocket } from "./useSocket.ts";

export interface PipelineActions {
    /** Runs the pipeline of what the stack's branch, or the request, points to; deploys nothing. */
    readonly start: AsyncAction<[stack: string, request?: DeploymentRequest]>;
    readonly cancel: AsyncAction<[run: PipelineRun]>;
    /** Runs it again from a job on, or from those that failed. */
    readonly retry: AsyncAction<[run: PipelineRun, job?: string]>;
    /** Runs all of it again, and deploys where it belonged to a deployment. */
    readonly repeat: AsyncAction<[run: PipelineRun]>;
    readonly startJob: AsyncAction<[jobId: string]>;
}

/** Starts, cancels and repeats; what is new is opened. */
export function usePipelineActions(): PipelineActions {
    const { call } = useSocket();
    const router = useRouter();
    const placeOf = usePagePlace();

    async function open({ pipeline }: { readonly pipeline: PipelineRun }): Promise<void> {
        await router.push(placeOf({ name: "pipeline", params: { id: pipeline.id } }));
    }

    async function runAll(run: PipelineRun): Promise<void> {
        if (run.deploymentId === undefined) {
            return open(await call("runPipeline", run.stackId, redeployRequest(run)));
        }
        const { deployment } = await call("triggerBuild", run.stackId, redeployRequest(run));
        await router.push(placeOf({ name: "deployment", params: { id: deployment.id } }));
    }

    return {
        start: useAsyncAction(async (stack: string, request?: DeploymentRequest) =>
            open(await call("runPipeline", stack, request)),
        ),
        cancel: useAsyncAction((run: PipelineRun) => call("cancelPipeline", run.id)),
        retry: useAsyncAction(async (run: PipelineRun, job?: string) =>
            open(await call("retryPipeline", run.id, ...(job === undefined ? [] : [job]))),
        ),
        repeat: useAsyncAction(runAll),
        startJob: useAsyncAction((jobId: string) => call("startJob", jobId)),
    };
}
