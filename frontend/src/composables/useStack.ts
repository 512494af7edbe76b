import { computed, toValue, type ComputedRef, type MaybeRefOrGetter } from "vue";
import type { StackDetails, StackElsewhere } from "../../../common/schema/stack.ts";
import { stackStatus } from "../../../common/schema/stack.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { useSocket } from "./useSocket.ts";
import { useStacks } from "./useStacks.ts";

export interface StackView extends Loaded<StackDetails> {
    /** Dockge's status number: the list's, which is live. */
    readonly status: ComputedRef<number>;
    readonly isRunning: ComputedRef<boolean>;
    /** The other machines that it runs on; live too. */
    readonly elsewhere: ComputedRef<StackElsewhere | undefined>;
}

/** One stack with its files. Asking for it also makes the server follow the containers' output. */
export function useStack(name: MaybeRefOrGetter<string>): StackView {
    const { call } = useSocket();
    const { stacks } = useStacks();
    const loaded = useLoaded(async () => (await call("getStack", toValue(name))).stack, [() => toValue(name)]);
    const status = computed(
        () => stacks.value?.[toValue(name)]?.status ?? loaded.data.value?.status ?? stackStatus.unknown,
    );

    const elsewhere = computed(() => (stacks.value?.[toValue(name)] ?? loaded.data.value)?.elsewhere);
    return { ...loaded, status, elsewhere, isRunning: computed(() => status.value === stackStatus.running) };
}
