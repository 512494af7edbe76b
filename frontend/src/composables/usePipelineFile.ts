import { useSessionStorage } from "@vueuse/core";
import { computed, toValue, type ComputedRef, type MaybeRefOrGetter, type Ref } from "vue";
import type { PipelineSource } from "../../../common/schema/pipeline-check.ts";
import { starterPipeline } from "../model/starter-pipeline.ts";
import { useLoaded } from "./useLoaded.ts";
import { useSocket } from "./useSocket.ts";

export interface PipelineDraft {
    /** As it stands in the repository. */
    readonly file: Readonly<Ref<PipelineSource | undefined>>;
    readonly error: Readonly<Ref<string>>;
    /** What is edited: the file, or a template where there is none; kept while the browser's tab is. */
    readonly text: Ref<string | undefined>;
    readonly isChanged: ComputedRef<boolean>;
    discard(): void;
}

/** A stack's pipeline file, and what somebody makes of it. */
export function usePipelineFile(stack: MaybeRefOrGetter<string>): PipelineDraft {
    const { call } = useSocket();
    const { data, error } = useLoaded(
        async () => (await call("getPipelineFile", toValue(stack))).file,
        [() => toValue(stack)],
    );
    const drafts = useSessionStorage<Record<string, string>>("pipeline-drafts", {});
    const original = computed(() => (data.value === undefined ? undefined : (data.value.text ?? starterPipeline)));

    function discard(): void {
        const { [toValue(stack)]: _mine, ...others } = drafts.value;
        drafts.value = others;
    }

    const text = computed({
        get: () => (original.value === undefined ? undefined : (drafts.value[toValue(stack)] ?? original.value)),
        set: (next) => {
            if (next === undefined || next === original.value) {
                discard();
            } else {
                drafts.value = { ...drafts.value, [toValue(stack)]: next };
            }
        },
    });

    return { file: data, error, text, isChanged: computed(() => text.value !== original.value), discard };
}
