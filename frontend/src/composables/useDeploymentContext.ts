import { computed, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from "vue";
import type { Deployment } from "../../../common/schema/deployment.ts";
import type { GitRepository } from "../../../common/schema/git-repository.ts";
import { usePush, useSocket } from "./useSocket.ts";

export interface DeploymentContext {
    /** The stack's repository, null when it is disconnected or not known yet. */
    readonly repository: ShallowRef<GitRepository | null>;
    /** The deployment that rolled this one back. */
    readonly rollback: ComputedRef<Deployment | undefined>;
}

const enough = 50;

/** What belongs to a deployment but does not stand in it. */
export function useDeploymentContext(deployment: Readonly<Ref<Deployment | undefined>>): DeploymentContext {
    const { call } = useSocket();
    const repository = shallowRef<GitRepository | null>(null);
    const others = shallowRef<readonly Deployment[]>([]);

    async function load(stack: string): Promise<void> {
        const [connected, history] = await Promise.all([
            call("getGitRepository", stack),
            call("getDeploymentHistory", stack, enough),
        ]);
        repository.value = connected.repository;
        others.value = history.deployments;
    }

    watch(
        () => deployment.value?.stackId,
        (stack) => {
            if (stack !== undefined) {
                // The page is whole without it.
                load(stack).catch(() => undefined);
            }
        },
        { immediate: true },
    );
    usePush("deploymentStatusUpdate", (update) => {
        others.value = [...others.value.filter(({ id }) => id !== update.deployment.id), update.deployment];
    });

    return {
        repository,
        rollback: computed(() =>
            others.value.find(({ rollbackOf }) => rollbackOf !== undefined && rollbackOf === deployment.value?.id),
        ),
    };
}
