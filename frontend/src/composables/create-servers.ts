import { computed, effectScope, readonly, ref, watch } from "vue";
import type { SocketClient } from "../socket/client.ts";
import type { Agents } from "./useAgents.ts";
import { probeCicd } from "./useCicd.ts";
import type { Server } from "./useServer.ts";
import type { Session } from "./useSession.ts";
import type { AllStacks } from "./useStacks.ts";

export interface ServersPorts {
    readonly client: SocketClient;
    readonly session: Session;
    readonly agents: Agents;
    readonly stacks: AllStacks;
}

/** Knows each server: made once, when it is first asked for, for as long as the app lives. */
export function createServers(ports: ServersPorts): (endpoint: string) => Server {
    const made = new Map<string, Server>();
    const scope = effectScope(true);

    function make(endpoint: string): Server {
        const server = scope.run(() => createServer(ports, endpoint));
        if (server === undefined) {
            throw new Error("The app has ended");
        }
        made.set(endpoint, server);
        return server;
    }

    return (endpoint) => made.get(endpoint) ?? make(endpoint);
}

function createServer({ client, session, agents, stacks }: ServersPorts, endpoint: string): Server {
    if (endpoint === "") {
        return { client, session, stacks: stacks.at(""), cicd: { state: ref("yes") } };
    }
    const probe = probeCicd(client.at(endpoint));
    const isOnline = computed(() => agents.find(endpoint)?.status === "online");
    const epoch = ref(0);

    watch(
        isOnline,
        (now) => {
            if (now) {
                probe.forget();
                epoch.value += 1;
            }
        },
        { immediate: true, flush: "sync" },
    );
    // An answer that came late: what was refused meanwhile is asked again.
    watch(probe.cicd.state, (now, before) => {
        if (now === "yes" && before === "no") {
            epoch.value += 1;
        }
    });

    return {
        client: probe.client,
        cicd: probe.cicd,
        stacks: stacks.at(endpoint),
        session: {
            ...session,
            epoch: readonly(epoch),
            state: computed(() => (session.state.value === "in" && !isOnline.value ? "starting" : session.state.value)),
            info: computed(() => ({ primaryHostname: endpoint.replace(/:\d+$/, "") })),
        },
    };
}
