import { toValue, type MaybeRefOrGetter } from "vue";
import type { Deployment } from "../../../common/schema/deployment.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { usePush, useSocket } from "./useSocket.ts";

/** One deployment, live. */
export function useDeployment(id: MaybeRefOrGetter<string>): Loaded<Deployment> {
    const { call } = useSocket();
    const loaded = useLoaded(
        async () => (await call("getDeploymentDetails", toValue(id))).deployment,
        [() => toValue(id)],
    );

    usePush("deploymentStatusUpdate", ({ deployment }) => {
        if (deployment.id === toValue(id)) {
            loaded.data.value = deployment;
        }
    });
    return loaded;
}
