import { computed, shallowRef, type ComputedRef, type Ref } from "vue";
import type { Deployment } from "../../../common/schema/deployment.ts";
import { usePush } from "./useSocket.ts";

/** The id of the pipeline that runs for a deployment: it begins after the deployment itself was told of. */
export function useDeploymentPipeline(
    deployment: Readonly<Ref<Deployment | undefined>>,
): ComputedRef<string | undefined> {
    const seen = shallowRef<{ readonly deploymentId: string; readonly id: string }>();

    usePush("pipelineUpdate", ({ pipeline }) => {
        if (pipeline.deploymentId !== undefined && pipeline.deploymentId === deployment.value?.id) {
            seen.value = { deploymentId: pipeline.deploymentId, id: pipeline.id };
        }
    });
    return computed(() => {
        const { id, pipelineId } = deployment.value ?? {};
        return pipelineId ?? (seen.value?.deploymentId === id ? seen.value?.id : undefined);
    });
}
