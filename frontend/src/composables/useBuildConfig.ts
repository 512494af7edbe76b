import { toValue, type MaybeRefOrGetter } from "vue";
import type { BuildConfig } from "../../../common/schema/build-config.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { useSocket } from "./useSocket.ts";

/** How a stack is built; null when no repository is connected. */
export function useBuildConfig(stack: MaybeRefOrGetter<string>): Loaded<BuildConfig | null> {
    const { call } = useSocket();
    return useLoaded(async () => (await call("getBuildConfig", toValue(stack))).buildConfig, [() => toValue(stack)]);
}
