import { ref, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref, type ShallowRef } from "vue";
import type { PinnedRelease, StackDetails } from "../../../common/schema/stack.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { usePush, useSocket } from "./useSocket.ts";

export interface StackPinView {
    /** The release that the stack stays at; null where it is not pinned. */
    readonly pinned: Readonly<ShallowRef<PinnedRelease | null>>;
    /** Whether it was unpinned here, and nothing was deployed since. */
    readonly isOffered: Ref<boolean>;
    readonly unpin: AsyncAction<[]>;
}

/** What a stack is pinned to, live. */
export function usePin(
    stack: MaybeRefOrGetter<string>,
    details: Readonly<Ref<StackDetails | undefined>>,
): StackPinView {
    const { call } = useSocket();
    const pinned = shallowRef<PinnedRelease | null>(null);
    const isOffered = ref(false);

    watch(
        details,
        (now) => {
            pinned.value = now?.pinned ?? null;
        },
        { immediate: true },
    );
    watch(
        () => toValue(stack),
        () => {
            isOffered.value = false;
        },
    );
    usePush("stackPinUpdate", ({ stackName, pinned: now }) => {
        if (stackName === toValue(stack)) {
            pinned.value = now;
        }
    });
    usePush("deploymentStatusUpdate", ({ deployment }) => {
        if (deployment.stackId === toValue(stack)) {
            isOffered.value = false;
        }
    });
    const unpin = useAsyncAction(async () => {
        await call("unpinStack", toValue(stack));
        pinned.value = null;
        isOffered.value = true;
    });
    return { pinned, isOffered, unpin };
}
