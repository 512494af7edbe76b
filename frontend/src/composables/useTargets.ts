import type { DeployTarget } from "../../../common/schema/deploy-target.ts";
import { useKeyChange, type KeyChange } from "./useHostKey.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { useSocket } from "./useSocket.ts";

const pageSize = 200;

/** The machines that stacks can be deployed to over SSH, by name. */
export function useTargets(): Loaded<readonly DeployTarget[]> {
    const { call } = useSocket();

    async function all(): Promise<readonly DeployTarget[]> {
        const found: DeployTarget[] = [];
        let cursor: string | undefined;
        do {
            const page = await call("getTargets", pageSize, cursor);
            found.push(...page.targets);
            cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        return found;
    }

    return useLoaded(all);
}

/** A machine's own key, when it is not the pinned one. */
export function useTargetKey(): KeyChange<DeployTarget> {
    const { call } = useSocket();
    return useKeyChange<DeployTarget>({
        texts: "machineKey",
        look: ({ id }) => call("testTarget", id),
        pin: ({ id }, fingerprint) => call("acceptTargetHostKey", id, fingerprint),
    });
}
