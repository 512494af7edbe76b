import { tryOnScopeDispose, useDocumentVisibility, useIntervalFn } from "@vueuse/core";
import { shallowRef, watch, type ShallowRef } from "vue";
import { readDockerStats, serviceIn } from "../model/docker-stats.ts";
import { addLook, type StackHistory } from "../model/stats-history.ts";
import { useEpoch } from "./useEpoch.ts";
import { usePush, useSocket } from "./useSocket.ts";

const pollMs = 5000;

/**
 * What a stack's containers use, by container, for the last five minutes: pushed while the page is open and visible.
 * Servers without the push are asked every five seconds.
 */
export function useStackStats(stack: string): ShallowRef<StackHistory> {
    const { call, connected } = useSocket();
    const visibility = useDocumentVisibility();
    const history = shallowRef<StackHistory>(new Map());
    const polling = useIntervalFn(() => void poll(), pollMs, { immediate: false });
    let asking = false;

    async function poll(): Promise<void> {
        if (asking || !connected.value) {
            return;
        }
        asking = true;
        try {
            const { dockerStats } = await call("dockerStats");
            const found = readDockerStats(dockerStats, (container) => serviceIn(stack, container));
            history.value = addLook(history.value, Date.now() / 1000, found);
        } catch {
            // Older servers have no figures at all; their containers are shown without.
        } finally {
            asking = false;
        }
    }

    async function start(): Promise<void> {
        polling.pause();
        try {
            await call("subscribeStats", stack);
        } catch {
            if (connected.value && visibility.value === "visible") {
                polling.resume();
                await poll();
            }
        }
    }

    function stop(): void {
        polling.pause();
        if (connected.value) {
            void call("unsubscribeStats", stack).catch(() => undefined);
        }
    }

    usePush("containerStats", ({ stackName, time, containers }) => {
        if (stackName === stack) {
            polling.pause();
            history.value = addLook(history.value, Date.parse(time) / 1000, containers);
        }
    });
    useEpoch(() => visibility.value === "visible" && void start());
    watch(visibility, (now) => (now === "visible" ? void start() : stop()));
    tryOnScopeDispose(stop);
    return history;
}
