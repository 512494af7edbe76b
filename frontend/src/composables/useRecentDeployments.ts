import { computed, shallowRef, watch, type ComputedRef } from "vue";
import type { Deployment } from "../../../common/schema/deployment.ts";
import { required } from "./required.ts";
import { useAgents } from "./useAgents.ts";
import { useEpoch } from "./useEpoch.ts";
import { serversKey } from "./useServer.ts";
import { useSocket } from "./useSocket.ts";
import { tryOnScopeDispose } from "@vueuse/core";

export interface RecentDeployment {
    readonly endpoint: string;
    readonly deployment: Deployment;
}

const shown = 8;

/** Each stack's newest deployment on all servers, newest first; undefined until this server's are known. */
export function useRecentDeployments(): ComputedRef<readonly RecentDeployment[] | undefined> {
    const servers = required(serversKey);
    const { agents } = useAgents();
    const known = shallowRef<ReadonlyMap<string, readonly Deployment[]>>(new Map());

    async function load(endpoint: string): Promise<void> {
        const { deployments } = await servers(endpoint).client.call("getRecentDeployments", shown);
        known.value = new Map(known.value).set(endpoint, deployments);
    }

    // Servers without CI/CD have none, and what cannot be reached says so elsewhere.
    useEpoch(() => void load("").catch(() => undefined));
    const online = computed(() => (agents.value ?? []).filter(({ status }) => status === "online"));
    watch(
        () => online.value.map(({ endpoint }) => endpoint),
        (now, before) =>
            now
                .filter((endpoint) => !before?.includes(endpoint))
                .forEach((endpoint) => void load(endpoint).catch(() => undefined)),
        { immediate: true },
    );
    tryOnScopeDispose(
        useSocket().onEvery("deploymentStatusUpdate", (endpoint, { deployment }) => {
            const list = known.value.get(endpoint);
            if (list !== undefined) {
                known.value = new Map(known.value).set(endpoint, withNewest(list, deployment));
            }
        }),
    );

    return computed(() => {
        const listed = new Set(["", ...(agents.value ?? []).map(({ endpoint }) => endpoint)]);
        const all = [...known.value].filter(([endpoint]) => listed.has(endpoint)).flatMap(flatten);
        return known.value.has("") ? all.sort(byTime).slice(0, shown) : undefined;
    });
}

function flatten([endpoint, deployments]: readonly [string, readonly Deployment[]]): RecentDeployment[] {
    return deployments.map((deployment) => ({ endpoint, deployment }));
}

function byTime(a: RecentDeployment, b: RecentDeployment): number {
    return b.deployment.createdAt.localeCompare(a.deployment.createdAt);
}

/** The list with the deployment in the place of an older one of its stack. */
function withNewest(list: readonly Deployment[], deployment: Deployment): readonly Deployment[] {
    const own = list.find(({ stackId }) => stackId === deployment.stackId);
    const isOlder = own !== undefined && own.id !== deployment.id && own.createdAt > deployment.createdAt;
    return isOlder ? list : [deployment, ...list.filter((other) => other !== own)];
}
