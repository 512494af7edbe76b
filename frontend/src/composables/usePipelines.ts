import { computed, shallowRef, toValue, type ComputedRef, type MaybeRefOrGetter, type Ref } from "vue";
import type { PipelineRun } from "../../../common/schema/pipeline-run.ts";
import { useLoaded } from "./useLoaded.ts";
import { usePush, useSocket } from "./useSocket.ts";

export interface PipelineList {
    /** Newest first; undefined until loaded. */
    readonly pipelines: Readonly<Ref<readonly PipelineRun[] | undefined>>;
    /** That runs were for, whichever is chosen. */
    readonly branches: Readonly<Ref<readonly string[]>>;
    /** Path of a picture of how the stack's branch stands; empty until known. */
    readonly badge: Readonly<Ref<string>>;
    readonly hasMore: ComputedRef<boolean>;
    readonly error: Readonly<Ref<string>>;
    loadMore(): Promise<void>;
}

const pageSize = 10;

/** A stack's runs, of a branch or ("") of all, live. */
export function usePipelines(stack: MaybeRefOrGetter<string>, branch: MaybeRefOrGetter<string>): PipelineList {
    const { call } = useSocket();
    const cursor = shallowRef<string | null>(null);
    const branches = shallowRef<readonly string[]>([]);
    const badge = shallowRef("");

    function page(after: string | null) {
        return call("getPipelines", toValue(stack), pageSize, after, toValue(branch) || undefined);
    }

    const { data, error } = useLoaded<readonly PipelineRun[]>(async () => {
        const first = await page(null);
        cursor.value = first.nextCursor;
        branches.value = first.branches;
        badge.value = first.badge;
        return first.pipelines;
    }, [() => toValue(stack), () => toValue(branch)]);

    usePush("pipelineUpdate", ({ pipeline }) => {
        if (pipeline.stackId !== toValue(stack)) {
            return;
        }
        if (!branches.value.includes(pipeline.branch)) {
            branches.value = [pipeline.branch, ...branches.value];
        }
        const wanted = toValue(branch);
        if (data.value !== undefined && (wanted === "" || wanted === pipeline.branch)) {
            data.value = mergePipeline(data.value, pipeline);
        }
    });

    async function loadMore(): Promise<void> {
        if (cursor.value === null) {
            return;
        }
        const next = await page(cursor.value);
        cursor.value = next.nextCursor;
        data.value = next.pipelines.reduce(mergePipeline, data.value ?? []);
    }

    return { pipelines: data, branches, badge, hasMore: computed(() => cursor.value !== null), error, loadMore };
}

/** The list with one run new or changed, newest first. */
function mergePipeline(list: readonly PipelineRun[], pipeline: PipelineRun): readonly PipelineRun[] {
    const others = list.filter(({ id }) => id !== pipeline.id);
    return [pipeline, ...others].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}
