import { computed, shallowRef, watch, type ComputedRef, type InjectionKey, type Ref } from "vue";
import type { StackSummary } from "../../../common/schema/stack.ts";
import { listedStatus } from "../model/deployment-status.ts";
import { applyChange, sortStacks, type StackList } from "../model/stack-lists.ts";
import type { SocketClient } from "../socket/client.ts";
import type { Agents } from "./useAgents.ts";
import { required } from "./required.ts";
import type { Session } from "./useSession.ts";

export interface Stacks {
    /** All stacks by name; undefined until the first list has come. */
    readonly stacks: Readonly<Ref<StackList | undefined>>;
    /** The same, sorted: running first, then by name. */
    readonly sorted: ComputedRef<readonly StackSummary[]>;
}

/** The lists of all servers. */
export interface AllStacks {
    /** By endpoint; a server whose first list has not come is missing. */
    readonly lists: Readonly<Ref<ReadonlyMap<string, StackList>>>;
    /** Those of one server. */
    at(endpoint: string): Stacks;
}

export const stacksKey: InjectionKey<Stacks> = Symbol("stacks");
export const allStacksKey: InjectionKey<AllStacks> = Symbol("all stacks");

/** The list of stacks of the server that the page is about, live. */
export function useStacks(): Stacks {
    return required(stacksKey);
}

/** The lists of stacks of all servers, live. */
export function useAllStacks(): AllStacks {
    return required(allStacksKey);
}

/** Follows the servers' stack lists, and their deployments for the badges in them. */
export function createAllStacks(client: SocketClient, session: Session, { agents }: Agents): AllStacks {
    const lists = shallowRef<ReadonlyMap<string, StackList>>(new Map());

    function set(endpoint: string, list: StackList): void {
        lists.value = new Map(lists.value).set(endpoint, list);
    }

    client.onEvery("stackList", (endpoint, push) => {
        if (push.ok) {
            set(endpoint, push.stackList);
        }
    });
    client.onEvery("stackListChange", (endpoint, change) => {
        const known = lists.value.get(endpoint);
        if (known !== undefined) {
            set(endpoint, applyChange(known, change));
        }
    });
    followDeployments(client, lists, set);
    watch(session.state, (state) => {
        if (state !== "in") {
            lists.value = new Map();
        }
    });
    watch(agents, (now) => {
        const known = new Set(["", ...(now ?? []).map(({ endpoint }) => endpoint)]);
        const kept = [...lists.value].filter(([endpoint]) => known.has(endpoint));
        if (now !== undefined && kept.length < lists.value.size) {
            lists.value = new Map(kept);
        }
    });

    return {
        lists,
        at(endpoint) {
            const stacks = computed(() => lists.value.get(endpoint));
            return { stacks, sorted: computed(() => sortStacks(Object.values(stacks.value ?? {}))) };
        },
    };
}

function followDeployments(
    client: SocketClient,
    lists: Readonly<Ref<ReadonlyMap<string, StackList>>>,
    set: (endpoint: string, list: StackList) => void,
): void {
    const newest = new Map<string, string>();
    client.onEvery("deploymentStatusUpdate", (endpoint, { deployment }) => {
        const list = lists.value.get(endpoint);
        const summary = list?.[deployment.stackId];
        const key = JSON.stringify([endpoint, deployment.stackId]);
        const isOlder = (newest.get(key) ?? "") > deployment.createdAt;
        if (summary === undefined || isOlder) {
            return;
        }
        newest.set(key, deployment.createdAt);
        set(endpoint, { ...list, [deployment.stackId]: { ...summary, deploymentStatus: listedStatus(deployment) } });
    });
}
