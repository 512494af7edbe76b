import { watchDebounced } from "@vueuse/core";
import { readonly, ref, shallowRef, toValue, type MaybeRefOrGetter, type Ref } from "vue";
import type { CheckedPipeline } from "../../../common/schema/pipeline-check.ts";
import { useEpoch } from "./useEpoch.ts";
import { useErrorText } from "./useErrorText.ts";
import { useSocket } from "./useSocket.ts";

export interface LiveCheck {
    /** What the server said of the text last; undefined until it has. */
    readonly checked: Readonly<Ref<CheckedPipeline | undefined>>;
    /** Whether the text has changed since. */
    readonly checking: Readonly<Ref<boolean>>;
    /** Why it could not be checked; empty while it could. */
    readonly error: Readonly<Ref<string>>;
}

const pauseMs = 350;

/** Has the server check a text (`undefined`: not known yet) as a stack's pipeline whenever typing pauses. */
export function useCheckedPipeline(
    stack: MaybeRefOrGetter<string>,
    text: Readonly<Ref<string | undefined>>,
): LiveCheck {
    const { call } = useSocket();
    const checked = shallowRef<CheckedPipeline>();
    const checking = ref(false);
    const error = ref("");
    const errorText = useErrorText();
    let latest = 0;

    async function check(): Promise<void> {
        if (text.value === undefined) {
            return;
        }
        latest += 1;
        const mine = latest;
        checking.value = true;
        const result = await call("validatePipeline", toValue(stack), { text: text.value }).catch(errorText);
        // Meanwhile somebody has typed on: a newer answer is on its way.
        if (mine !== latest) {
            return;
        }
        checking.value = false;
        error.value = typeof result === "string" ? result : "";
        checked.value = typeof result === "string" ? checked.value : result.checked;
    }

    useEpoch(() => void check());
    watchDebounced([text, () => toValue(stack)], check, { debounce: pauseMs });
    return { checked, checking: readonly(checking), error: readonly(error) };
}
