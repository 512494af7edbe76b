import { readonly, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from "vue";
import { useEpoch } from "./useEpoch.ts";
import { useErrorText } from "./useErrorText.ts";

export interface Loaded<T> {
    readonly data: ShallowRef<T | undefined>;
    /** Why there is no data, or why it may be old; empty while it is fine. */
    readonly error: Readonly<Ref<string>>;
    reload(): Promise<void>;
}

/** Server data: loaded now, after each reconnect, and when a source changes. The last request wins. */
export function useLoaded<T>(request: () => Promise<T>, sources: readonly WatchSource[] = []): Loaded<T> {
    const data = shallowRef<T>();
    const error = ref("");
    const errorText = useErrorText();
    let latest = 0;

    async function reload(): Promise<void> {
        latest += 1;
        const mine = latest;
        try {
            const answer = await request();
            if (mine === latest) {
                data.value = answer;
                error.value = "";
            }
        } catch (caught) {
            if (mine === latest) {
                error.value = errorText(caught);
            }
        }
    }

    useEpoch(() => void reload());
    watch([...sources], () => {
        data.value = undefined;
        void reload();
    });
    return { data, error: readonly(error), reload };
}
