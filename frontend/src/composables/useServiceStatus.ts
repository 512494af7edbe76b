import { useDocumentVisibility, useIntervalFn } from "@vueuse/core";
import { shallowRef, toValue, watch, type MaybeRefOrGetter, type ShallowRef } from "vue";
import type { ServiceState } from "../socket/protocol.ts";
import { useEpoch } from "./useEpoch.ts";
import { useSocket } from "./useSocket.ts";
import { useStacks } from "./useStacks.ts";

export type ServiceStates = Readonly<Record<string, readonly string[]>>;

const pollMs = 5000;

/** The states of a stack's containers by service, asked for while the page is visible. */
export function useServiceStatus(name: MaybeRefOrGetter<string>): ShallowRef<ServiceStates> {
    const { call, connected } = useSocket();
    const { stacks } = useStacks();
    const visibility = useDocumentVisibility();
    const states = shallowRef<ServiceStates>({});
    let asking = false;

    async function poll(): Promise<void> {
        if (asking || !connected.value || visibility.value === "hidden") {
            return;
        }
        asking = true;
        try {
            states.value = toStates((await call("serviceStatusList", toValue(name))).serviceStatusList);
        } catch {
            // Without an engine nothing is known; the banner says so.
            states.value = {};
        } finally {
            asking = false;
        }
    }

    useEpoch(() => void poll());
    useIntervalFn(() => void poll(), pollMs);
    watch([() => toValue(name), () => stacks.value?.[toValue(name)]?.status], () => void poll());
    return states;
}

/** Both shapes of Dockge's answer as lists of states. */
export function toStates(answer: Readonly<Record<string, ServiceState>>): ServiceStates {
    return Object.fromEntries(
        Object.entries(answer).map(([service, state]) => [
            service,
            typeof state === "string" ? [state] : state.map(({ status }) => status),
        ]),
    );
}
