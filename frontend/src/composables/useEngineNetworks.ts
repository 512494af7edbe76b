import { toValue, watch, type MaybeRefOrGetter } from "vue";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { useSocket } from "./useSocket.ts";
import { useStacks } from "./useStacks.ts";

/** The names of all networks of the engine, sorted; asked for anew when the stack, if one is named, is started or taken down. */
export function useEngineNetworks(stack: MaybeRefOrGetter<string> = ""): Loaded<readonly string[]> {
    const { call } = useSocket();
    const { stacks } = useStacks();
    const loaded = useLoaded(async () => (await call("getDockerNetworkList")).dockerNetworkList);
    watch(
        () => stacks.value?.[toValue(stack)]?.status,
        (_now, before) => before !== undefined && void loaded.reload(),
    );
    return loaded;
}
