import { shallowRef, type ShallowRef } from "vue";
import type { DeployKey } from "../../../common/schema/discovery.ts";
import { CallError } from "../socket/call-error.ts";
import { useSocket } from "./useSocket.ts";

export interface DeployKeyState {
    /** The key that was made; the server keeps it for a while. */
    readonly deployKey: ShallowRef<DeployKey | undefined>;
    /** Makes one, unless there is one that is still kept. */
    make(): Promise<void>;
    /** Notes where a call fails because the server has forgotten the key. */
    watch<T>(asked: Promise<T>): Promise<T>;
}

/** An SSH key for a repository that nothing is saved of yet. */
export function useDeployKey(): DeployKeyState {
    const { call } = useSocket();
    const deployKey = shallowRef<DeployKey>();
    let lost = false;

    function isKept(key: DeployKey | undefined): boolean {
        return !lost && key !== undefined && Date.parse(key.expiresAt) > Date.now();
    }

    return {
        deployKey,
        async make() {
            if (!isKept(deployKey.value)) {
                deployKey.value = await call("makeDeployKey");
                lost = false;
            }
        },
        watch: (asked) =>
            asked.catch((error: unknown) => {
                lost ||= error instanceof CallError && error.message.startsWith("keyId:");
                throw error;
            }),
    };
}
