import { computed, shallowRef, toValue, type ComputedRef, type MaybeRefOrGetter } from "vue";
import type { WebhookEvent } from "../../../common/schema/webhook-event.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { usePush, useSocket } from "./useSocket.ts";

export interface DeliveryList extends Loaded<WebhookEvent[]> {
    readonly hasMore: ComputedRef<boolean>;
    loadMore(): Promise<void>;
}

const pageSize = 10;

/** A stack's webhook deliveries, newest first; loaded again when a deployment of the stack begins. */
export function useDeliveries(stack: MaybeRefOrGetter<string>): DeliveryList {
    const { call } = useSocket();
    const cursor = shallowRef<string | null>(null);
    const loaded = useLoaded(async () => {
        const page = await call("getWebhookEvents", toValue(stack), pageSize);
        cursor.value = page.nextCursor;
        return page.events;
    }, [() => toValue(stack)]);

    usePush("deploymentStatusUpdate", ({ deployment }) => {
        if (deployment.stackId === toValue(stack) && deployment.status === "pending") {
            void loaded.reload();
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
