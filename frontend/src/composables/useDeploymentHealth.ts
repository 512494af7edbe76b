import { computed, toValue, type ComputedRef, type MaybeRefOrGetter } from "vue";
import type { DeploymentHealth } from "../../../common/schema/deployment-health.ts";
import { useLoaded } from "./useLoaded.ts";
import { usePush, useSocket } from "./useSocket.ts";

/** What verifying sees, and when that came here: its seconds are counted on from then. */
export interface SeenHealth {
    readonly health: DeploymentHealth;
    /** Milliseconds since the epoch. */
    readonly at: number;
}

/** The services of a deployment that is verified, live; undefined where there is nothing to be seen. */
export function useDeploymentHealth(id: MaybeRefOrGetter<string>): ComputedRef<SeenHealth | undefined> {
    const { call } = useSocket();
    const loaded = useLoaded<SeenHealth | undefined>(async () => {
        const { health } = await call("getDeploymentHealth", toValue(id));
        return health === null ? undefined : { health, at: Date.now() };
    }, [() => toValue(id)]);

    usePush("deploymentHealthUpdate", (health) => {
        if (health.deploymentId === toValue(id)) {
            loaded.data.value = { health, at: Date.now() };
        }
    });
    return computed(() => loaded.data.value);
}
