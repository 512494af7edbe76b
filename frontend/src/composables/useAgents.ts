import { computed, shallowRef, watch, type ComputedRef, type InjectionKey, type Ref } from "vue";
import type { AgentStatus } from "../../../common/socket/host-events.ts";
import type { SocketClient } from "../socket/client.ts";
import type { AgentListPush } from "../socket/protocol.ts";
import { required } from "./required.ts";
import type { Session } from "./useSession.ts";

/** Another server behind this one. */
export interface Agent {
    /** Host and port: what names it everywhere. */
    readonly endpoint: string;
    readonly url: string;
    readonly username: string;
    /** What people call it; its endpoint where it has no name. */
    readonly name: string;
    readonly status: AgentStatus["status"];
    /** Why it is offline. */
    readonly msg: string;
}

export interface Agents {
    /** By name; undefined until the list has come. */
    readonly agents: ComputedRef<readonly Agent[] | undefined>;
    find(endpoint: string): Agent | undefined;
}

export const agentsKey: InjectionKey<Agents> = Symbol("agents");

/** The other servers that this one shows, and how they are reached, live. */
export function useAgents(): Agents {
    return required(agentsKey);
}

/** Follows the server's list of agents and their states. */
export function createAgents(client: SocketClient, session: Session): Agents {
    const list = shallowRef<AgentListPush["agentList"]>();
    const statuses = followStatuses(client);

    client.on("agentList", ({ agentList }) => {
        list.value = agentList;
    });
    watch(session.state, (state) => {
        if (state !== "in") {
            list.value = undefined;
        }
    });

    const agents = computed(() => {
        const entries = Object.entries(list.value ?? {}).filter(([endpoint]) => endpoint !== "");
        return list.value === undefined
            ? undefined
            : entries
                  .map(([endpoint, entry]) => agentOf(endpoint, entry, statuses.value[endpoint]))
                  .sort((a, b) => a.name.localeCompare(b.name));
    });
    return { agents, find: (endpoint) => agents.value?.find((agent) => agent.endpoint === endpoint) };
}

/** With the connection to the server those behind it are lost, too. */
function followStatuses(client: SocketClient): Ref<Readonly<Record<string, AgentStatus>>> {
    const statuses = shallowRef<Readonly<Record<string, AgentStatus>>>({});
    client.on("agentStatus", (status) => {
        statuses.value = { ...statuses.value, [status.endpoint]: status };
    });
    watch(
        client.connected,
        (connected) => {
            if (!connected) {
                statuses.value = {};
            }
        },
        { flush: "sync" },
    );
    return statuses;
}

function agentOf(
    endpoint: string,
    { url, username, name, updatedName }: AgentListPush["agentList"][string],
    status: AgentStatus | undefined,
): Agent {
    return {
        endpoint,
        url,
        username: username ?? "",
        name: updatedName || name || endpoint,
        status: status?.status ?? "connecting",
        msg: status?.msg ?? "",
    };
}
