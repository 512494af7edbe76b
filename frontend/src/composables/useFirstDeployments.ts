import { shallowRef, type ShallowRef } from "vue";
import type { Deployment } from "../../../common/schema/deployment.ts";
import type { ConnectedStacks } from "../../../common/schema/discovery.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { usePush, useSocket } from "./useSocket.ts";

export interface FirstDeployments {
    /** By stack; live. */
    readonly deployments: ShallowRef<Readonly<Record<string, Deployment>>>;
    readonly deploy: AsyncAction<[stack: string]>;
    readonly deployAll: AsyncAction<[stacks: readonly string[]]>;
}

/** Deploys stacks that were just connected, and follows how it goes. */
export function useFirstDeployments(result: ConnectedStacks): FirstDeployments {
    const { call } = useSocket();
    const deployments = shallowRef<Readonly<Record<string, Deployment>>>(
        Object.fromEntries(
            result.stacks.flatMap(({ stack, deployment }) => (deployment === undefined ? [] : [[stack, deployment]])),
        ),
    );

    function keep(deployment: Deployment): void {
        deployments.value = { ...deployments.value, [deployment.stackId]: deployment };
    }

    async function start(stack: string): Promise<void> {
        const { deployment } = await call("triggerBuild", stack);
        // A push may have told more meanwhile.
        if (deployments.value[stack]?.id !== deployment.id) {
            keep(deployment);
        }
    }

    usePush("deploymentStatusUpdate", ({ deployment }) => {
        if (result.stacks.some(({ stack }) => stack === deployment.stackId)) {
            keep(deployment);
        }
    });

    return {
        deployments,
        deploy: useAsyncAction(start),
        deployAll: useAsyncAction(async (stacks: readonly string[]) => {
            for (const stack of stacks) {
                await start(stack);
            }
        }),
    };
}
