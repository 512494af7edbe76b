import { computed, ref, toValue, watch, type MaybeRefOrGetter, type Ref } from "vue";
import type { ReleaseComparison, ReleasePair, ReleaseSummary } from "../../../common/schema/release.ts";
import { isActive } from "../model/deployment-status.ts";
import { firstPair } from "../model/release-choice.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { usePush, useSocket } from "./useSocket.ts";

const enough = 50;
const none: ReleasePair = { from: "", to: "" };

/** The releases of a stack that are kept, live. */
export function useReleases(stack: MaybeRefOrGetter<string>): Loaded<ReleaseSummary[]> {
    const { call } = useSocket();
    const loaded = useLoaded(
        async () => (await call("getReleases", toValue(stack), enough)).releases,
        [() => toValue(stack)],
    );
    usePush("deploymentStatusUpdate", ({ deployment }) => {
        if (deployment.stackId === toValue(stack) && !isActive(deployment)) {
            void loaded.reload();
        }
    });
    return loaded;
}

export interface ComparedReleases extends Loaded<ReleaseComparison | null> {
    /** The ids of the two; "" while there are none. */
    readonly from: Ref<string>;
    readonly to: Ref<string>;
}

/** What changed between two releases: at first the live one and the one before, then whichever are chosen. */
export function useComparedReleases(
    stack: MaybeRefOrGetter<string>,
    releases: Readonly<Ref<readonly ReleaseSummary[] | undefined>>,
): ComparedReleases {
    const { call } = useSocket();
    const from = ref("");
    const to = ref("");
    const pair = computed(() => ({ from: from.value, to: to.value }));
    let proposed = none;

    /** What somebody chose stays, as long as it is kept; what was proposed follows the stack. */
    function choose(kept: readonly ReleaseSummary[]): void {
        const ids = new Set(kept.map(({ deploymentId }) => deploymentId));
        const isChosen = from.value !== proposed.from || to.value !== proposed.to;
        if (!isChosen || !ids.has(from.value) || !ids.has(to.value)) {
            proposed = firstPair(kept) ?? none;
            from.value = proposed.from;
            to.value = proposed.to;
        }
    }

    watch(releases, (kept) => choose(kept ?? []), { immediate: true });
    const loaded = useLoaded(async () => {
        const wanted = pair.value;
        return wanted.from === "" || wanted.from === wanted.to
            ? null
            : (await call("compareReleases", toValue(stack), wanted)).comparison;
    }, [pair]);
    return { ...loaded, from, to };
}
