import { inject, readonly, ref, type InjectionKey, type Ref } from "vue";
import { cicdEvents } from "../../../common/socket/cicd-events.ts";
import { CallError } from "../socket/call-error.ts";
import type { SocketClient } from "../socket/client.ts";

/** Whether a server has CI/CD; `unknown` until it has been asked. */
export type CicdState = "unknown" | "yes" | "no";

export interface Cicd {
    readonly state: Readonly<Ref<CicdState>>;
}

export const cicdKey: InjectionKey<Cicd> = Symbol("cicd");

/** Whether the server that the page is about has CI/CD: the one that sent the page does. */
export function useCicd(): Cicd {
    return inject(cicdKey, () => ({ state: ref("yes" as const) }), true);
}

/** A server without CI/CD never answers its events. In milliseconds. */
const probeMs = 5000;

/**
 * Asks a server once whether it has CI/CD, when the first such event is to be sent, and refuses these events where it
 * has not. An answer that comes late still counts. `forget` asks anew, such as after a new connection.
 */
export function probeCicd(client: SocketClient): {
    readonly cicd: Cicd;
    readonly client: SocketClient;
    forget(): void;
} {
    const state = ref<CicdState>("unknown");
    let probe: Promise<void> | undefined;

    function ask(): Promise<void> {
        return new Promise((resolve) => {
            function decide(now: CicdState): void {
                clearTimeout(timer);
                state.value = now;
                resolve();
            }
            const timer = setTimeout(() => decide("no"), probeMs);
            client.call("getRepositories", 1).then(
                () => decide("yes"),
                (error: unknown) => decide(stateAfter(error, state.value)),
            );
        });
    }

    return {
        cicd: { state: readonly(state) },
        client: {
            ...client,
            async call(event, ...args) {
                if (Object.hasOwn(cicdEvents, event)) {
                    await (probe ??= ask());
                    if (state.value === "no") {
                        throw new CallError("no_cicd", "agents.noCicd", true);
                    }
                }
                return client.call(event, ...args);
            },
        },
        forget() {
            probe = undefined;
            state.value = "unknown";
        },
    };
}

/** A refusal for another reason (rights, too many calls) shows that the event is known. */
function stateAfter(error: unknown, before: CicdState): CicdState {
    const code = error instanceof CallError ? error.code : "internal";
    if (code === "timeout" || code === "not_found") {
        return "no";
    }
    return ["disconnected", "unavailable"].includes(code) ? before : "yes";
}
