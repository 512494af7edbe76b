import { computed, shallowRef, toValue, type ComputedRef, type MaybeRefOrGetter, type Ref, type ShallowRef } from "vue";
import type { Deployment } from "../../../common/schema/deployment.ts";
import { useLoaded } from "./useLoaded.ts";
import { usePush, useSocket } from "./useSocket.ts";

export interface DeploymentList {
    /** Newest first; undefined until loaded. */
    readonly deployments: Readonly<ShallowRef<Deployment[] | undefined>>;
    readonly latest: ComputedRef<Deployment | undefined>;
    readonly hasMore: ComputedRef<boolean>;
    readonly error: Readonly<Ref<string>>;
    loadMore(): Promise<void>;
}

const pageSize = 10;

/** A stack's deployments, live. */
export function useDeployments(stack: MaybeRefOrGetter<string>): DeploymentList {
    const { call } = useSocket();
    const more = shallowRef<{ readonly cursor: string | null }>();
    const { data, error } = useLoaded(async () => {
        const page = await call("getDeploymentHistory", toValue(stack), pageSize);
        more.value = { cursor: page.nextCursor };
        return page.deployments;
    }, [() => toValue(stack)]);

    usePush("deploymentStatusUpdate", ({ deployment }) => {
        if (deployment.stackId === toValue(stack) && data.value !== undefined) {
            data.value = mergeDeployment(data.value, deployment);
        }
    });

    async function loadMore(): Promise<void> {
        const cursor = more.value?.cursor ?? null;
        if (cursor === null) {
            return;
        }
        const page = await call("getDeploymentHistory", toValue(stack), pageSize, cursor);
        more.value = { cursor: page.nextCursor };
        data.value = page.deployments.reduce(mergeDeployment, data.value ?? []);
    }

    return {
        deployments: data,
        latest: computed(() => data.value?.[0]),
        hasMore: computed(() => (more.value?.cursor ?? null) !== null),
        error,
        loadMore,
    };
}

/** The list with one deployment new or changed, newest first. Only one can be live. */
export function mergeDeployment(list: Deployment[], deployment: Deployment): Deployment[] {
    const others = list.filter(({ id }) => id !== deployment.id);
    const all = [deployment, ...(deployment.live ? takenOver(others, deployment) : others)];
    return all.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** The others once `now` is live: what was live before can be gone back to, what is live now cannot. */
function takenOver(others: readonly Deployment[], now: Deployment): Deployment[] {
    const before = others.find(({ live }) => live);
    return others.map((other) => {
        const runs = other.id === now.previousDeploymentId;
        const ran = before !== undefined && other.id === (before.previousDeploymentId ?? before.id);
        return { ...other, live: false, canRollBack: !runs && (ran || other.canRollBack) };
    });
}
