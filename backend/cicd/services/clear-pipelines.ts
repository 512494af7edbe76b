import { errorCode } from "../../../common/errors.ts";
import type { Caller } from "../core/host.ts";
import type { PipelineStore } from "../core/pipeline-run.ts";
import { cancelPipeline, type CancelPipelinePorts } from "./pipelines/cancel-pipeline.ts";

export interface ClearPipelinesPorts extends CancelPipelinePorts {
    readonly pipelines: CancelPipelinePorts["pipelines"] & Pick<PipelineStore, "listActive">;
}

/** Cancels the pipelines of a stack that run alone; those of deployments end with them. */
export async function clearPipelines(ports: ClearPipelinesPorts, stack: string, caller: Caller): Promise<void> {
    for (const { id, runsAlone } of await ports.pipelines.listActive(stack)) {
        if (runsAlone) {
            await cancelPipeline(ports, { id, caller }).catch(unlessEnded);
        }
    }
}

function unlessEnded(error: unknown): void {
    if (errorCode(error) !== "conflict") {
        throw error;
    }
}
