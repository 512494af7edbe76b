import { useDocumentVisibility, useIntervalFn } from "@vueuse/core";
import { shallowRef, toValue, watch, type MaybeRefOrGetter, type ShallowRef } from "vue";
import type { StackServices } from "../model/container-places.ts";
import type { ServiceState } from "../socket/protocol.ts";
import { useEpoch } from "./useEpoch.ts";
import { useSocket } from "./useSocket.ts";
import { useStacks } from "./useStacks.ts";

const pollMs = 5000;

/** The states of a stack's containers by service, asked for while the page is visible. */
export function useServiceStatus(name: MaybeRefOrGetter<string>): ShallowRef<StackServices> {
    const { call, connected } = useSocket();
    const { stacks } = useStacks();
    const visibility = useDocumentVisibility();
    const services = shallowRef<StackServices>({ states: {} });
    let asking = false;

    async function poll(): Promise<void> {
        if (asking || !connected.value || visibility.value === "hidden") {
            return;
        }
        asking = true;
        try {
            const { serviceStatusList, machines, containers } = await call("serviceStatusList", toValue(name));
            services.value = {
                states: toStates(serviceStatusList),
                names: toNames(serviceStatusList),
                machines,
                containers,
            };
        } catch {
            // Without an engine nothing is known; the banner says so.
            services.value = { states: {} };
        } finally {
            asking = false;
        }
    }

    useEpoch(() => void poll());
    useIntervalFn(() => void poll(), pollMs);
    const shown = (): string => JSON.stringify(stacks.value?.[toValue(name)]);
    watch([() => toValue(name), shown], () => void poll());
    return services;
}

/** Both shapes of Dockge's answer as lists of states. */
export function toStates(answer: Readonly<Record<string, ServiceState>>): StackServices["states"] {
    return Object.fromEntries(
        Object.entries(answer).map(([service, state]) => [
            service,
            typeof state === "string" ? [state] : state.map(({ status }) => status),
        ]),
    );
}

/** The containers' names, where the answer tells them. */
function toNames(answer: Readonly<Record<string, ServiceState>>): StackServices["names"] {
    return Object.fromEntries(
        Object.entries(answer).map(([service, state]) => [
            service,
            typeof state === "string" ? [] : state.map(({ name }) => name),
        ]),
    );
}
