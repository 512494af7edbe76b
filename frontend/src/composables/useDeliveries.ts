import { useThrottleFn } from "@vueuse/core";
import { computed, shallowRef, toValue, type ComputedRef, type MaybeRefOrGetter } from "vue";
import type { WebhookEvent } from "../../../common/schema/webhook-event.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { usePush, useSocket } from "./useSocket.ts";

export interface DeliveryList extends Loaded<WebhookEvent[]> {
    readonly hasMore: ComputedRef<boolean>;
    loadMore(): Promise<void>;
}

const pageSize = 10;
/** A burst of deliveries is shown in few steps. */
const pauseMs = 1000;

/** A stack's webhook deliveries, newest first; new ones appear by themselves. */
export function useDeliveries(stack: MaybeRefOrGetter<string>): DeliveryList {
    const { call } = useSocket();
    const cursor = shallowRef<string | null>(null);
    const loaded: Loaded<WebhookEvent[]> = useLoaded(async () => {
        const { events, nextCursor } = await call("getWebhookEvents", toValue(stack), pageSize);
        const known = loaded.data.value ?? [];
        const last = known.findIndex(({ id }) => id === events.at(-1)?.id);
        if (last === -1) {
            cursor.value = nextCursor;
            return events;
        }
        // What was loaded further down stays.
        return [...events, ...known.slice(last + 1)];
    }, [() => toValue(stack)]);
    const reloadSoon = useThrottleFn(loaded.reload, pauseMs, true);

    usePush("webhookEventUpdate", ({ stackName }) => {
        if (stackName === toValue(stack)) {
            void reloadSoon();
        }
    });

    async function loadMore(): Promise<void> {
        if (cursor.value === null) {
            return;
        }
        const page = await call("getWebhookEvents", toValue(stack), pageSize, cursor.value);
        cursor.value = page.nextCursor;
        loaded.data.value = [...(loaded.data.value ?? []), ...page.events];
    }

    return { ...loaded, hasMore: computed(() => cursor.value !== null), loadMore };
}
