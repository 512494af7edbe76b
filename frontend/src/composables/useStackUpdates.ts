import { computed, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import type { StackUpdate } from "../../../common/schema/image-update.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { usePush, useSocket } from "./useSocket.ts";

export interface StackUpdates {
    /** How far each stack has come; empty before the first start. */
    readonly updates: ShallowRef<readonly StackUpdate[]>;
    readonly underWay: ComputedRef<boolean>;
    readonly start: AsyncAction<[stacks: readonly string[]]>;
}

/** Updates many stacks, one after the other on the server: it goes on when the page is left. */
export function useStackUpdates(): StackUpdates {
    const { call } = useSocket();
    const updates = shallowRef<readonly StackUpdate[]>([]);
    const start = useAsyncAction(async (stacks: readonly string[]) => {
        updates.value = [];
        const answer = await call("updateStacks", [...stacks]);
        // What was pushed meanwhile is newer.
        updates.value = updates.value.length === 0 ? answer.updates : updates.value;
    });
    usePush("stackUpdates", (push) => {
        updates.value = push.updates;
    });
    const underWay = computed(() => updates.value.some(({ state }) => state === "waiting" || state === "updating"));
    return { updates, underWay, start };
}
