import { readonly, ref, type Ref } from "vue";
import { useErrorText } from "./useErrorText.ts";
import { useToasts } from "./useToasts.ts";

export interface AsyncAction<A extends unknown[]> {
    readonly running: Readonly<Ref<boolean>>;
    /** The last run's error, for showing beside the field; empty while it is fine. */
    readonly error: Readonly<Ref<string>>;
    /** Runs unless it is running already; resolves with whether it succeeded. */
    run(...args: A): Promise<boolean>;
}

/** Wraps what a button does: one run at a time, errors as a toast (unless `quiet`) and as text. */
export function useAsyncAction<A extends unknown[]>(
    action: (...args: A) => Promise<unknown>,
    options: { readonly quiet?: boolean } = {},
): AsyncAction<A> {
    const running = ref(false);
    const error = ref("");
    const toasts = useToasts();
    const errorText = useErrorText();

    async function run(...args: A): Promise<boolean> {
        if (running.value) {
            return false;
        }
        running.value = true;
        error.value = "";
        try {
            await action(...args);
            return true;
        } catch (caught) {
            error.value = errorText(caught);
            if (!options.quiet) {
                toasts.error(error.value);
            }
            return false;
        } finally {
            running.value = false;
        }
    }

    return { running: readonly(running), error: readonly(error), run };
}
