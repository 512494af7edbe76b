import { toValue, type MaybeRefOrGetter } from "vue";
import type { PipelineRun } from "../../../common/schema/pipeline-run.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { usePush, useSocket } from "./useSocket.ts";

/** One run of a pipeline, live. */
export function usePipeline(id: MaybeRefOrGetter<string>): Loaded<PipelineRun> {
    const { call } = useSocket();
    const loaded = useLoaded(async () => (await call("getPipeline", toValue(id))).pipeline, [() => toValue(id)]);

    usePush("pipelineUpdate", ({ pipeline }) => {
        if (pipeline.id === toValue(id)) {
            loaded.data.value = pipeline;
        }
    });
    return loaded;
}
