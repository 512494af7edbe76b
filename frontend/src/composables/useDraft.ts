import { computed, ref, watch, type ComputedRef, type Ref } from "vue";

export interface Draft<T> {
    /** What is typed; undefined until there is something to start from. */
    readonly draft: Ref<T | undefined>;
    readonly dirty: ComputedRef<boolean>;
    /** Back to what is stored. */
    discard(): void;
}

/** A form over stored data. News of that data come in as long as nothing is typed; what is typed is never taken away. */
export function useDraft<T extends object>(read: () => T | undefined): Draft<T> {
    const draft = ref<T>();
    const clean = ref("");
    const dirty = computed(() => draft.value !== undefined && JSON.stringify(draft.value) !== clean.value);

    function discard(): void {
        draft.value = read();
        clean.value = draft.value === undefined ? "" : JSON.stringify(draft.value);
    }

    function follow(stored: string | undefined): void {
        if (stored !== undefined && dirty.value) {
            clean.value = stored;
            return;
        }
        discard();
    }

    watch(() => JSON.stringify(read()), follow, { immediate: true });
    return { draft, dirty, discard };
}
