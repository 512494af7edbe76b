import { computed, shallowRef, type ComputedRef } from "vue";
import type { ImageUpdate } from "../../../common/schema/image-update.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { useSocket } from "./useSocket.ts";

export interface ImageUpdates {
    /** By service; undefined until somebody has asked. */
    readonly updates: ComputedRef<ReadonlyMap<string, ImageUpdate> | undefined>;
    readonly newer: ComputedRef<number>;
    readonly look: AsyncAction<[]>;
}

/** Asks the registries whether a stack's images have newer ones under their names. Only when told to: they count requests. */
export function useImageUpdates(stack: string): ImageUpdates {
    const { call } = useSocket();
    const found = shallowRef<readonly ImageUpdate[]>();
    const look = useAsyncAction(async () => {
        found.value = (await call("checkImageUpdates", stack)).updates;
    });
    return {
        look,
        updates: computed(() => found.value && new Map(found.value.map((update) => [update.service, update]))),
        newer: computed(() => (found.value ?? []).filter(({ state }) => state === "newer").length),
    };
}
