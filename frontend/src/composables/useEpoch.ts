import { watch } from "vue";
import { useSession } from "./useSession.ts";

/** Runs now when logged in, and again after each login on a new connection. */
export function useEpoch(load: () => void): void {
    const { epoch, state } = useSession();
    watch(
        epoch,
        () => {
            if (state.value === "in") {
                load();
            }
        },
        { immediate: true },
    );
}
