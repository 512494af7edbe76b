import { useIntervalFn } from "@vueuse/core";
import { readonly, ref, type InjectionKey, type Ref } from "vue";
import { required } from "./required.ts";

export const nowKey: InjectionKey<Readonly<Ref<number>>> = Symbol("now");

/** The time in milliseconds since the epoch, moving on every second: one clock for all ages and durations. */
export function useNow(): Readonly<Ref<number>> {
    return required(nowKey);
}

export function createNow(): Readonly<Ref<number>> {
    const now = ref(Date.now());
    useIntervalFn(() => {
        now.value = Date.now();
    }, 1000);
    return readonly(now);
}
