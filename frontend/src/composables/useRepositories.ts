import type { ConnectedRepository } from "../../../common/schema/connected-repository.ts";
import { createRerun } from "./rerun.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { usePush, useSocket } from "./useSocket.ts";

const pageSize = 200;

/** Every connected repository with its stacks, by address; loaded again when one changes or a deployment begins. */
export function useRepositories(): Loaded<readonly ConnectedRepository[]> {
    const { call } = useSocket();

    async function all(): Promise<readonly ConnectedRepository[]> {
        const found: ConnectedRepository[] = [];
        let cursor: string | undefined;
        do {
            const page = await call("getRepositories", pageSize, cursor);
            found.push(...page.repositories);
            cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        return found.sort((a, b) => a.url.localeCompare(b.url));
    }

    const loaded = useLoaded(all);
    const again = createRerun(loaded.reload);
    usePush("gitRepositoryUpdate", () => void again.start());
    usePush("deploymentStatusUpdate", ({ deployment }) => {
        const { stackId, id, status } = deployment;
        const stack = loaded.data.value?.flatMap(({ stacks }) => stacks).find((one) => one.stack === stackId);
        if (stack !== undefined && (stack.latestDeployment?.id !== id || stack.latestDeployment.status !== status)) {
            void again.start();
        }
    });
    return loaded;
}
