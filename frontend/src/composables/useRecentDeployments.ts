import { computed, type ComputedRef } from "vue";
import { z } from "zod";
import { Deployment } from "../../../common/schema/deployment.ts";
import { mergeDeployment } from "./useDeployments.ts";
import { useLoaded } from "./useLoaded.ts";
import { useRest } from "./useRest.ts";
import { usePush } from "./useSocket.ts";

const Stacks = z.object({ items: z.array(z.object({ latestDeployment: Deployment.nullish() })) });
const shown = 8;

/** Each stack's newest deployment, newest first; undefined until known. */
export function useRecentDeployments(): ComputedRef<readonly Deployment[] | undefined> {
    const rest = useRest();
    const { data } = useLoaded(async () => {
        const response = await rest("/stacks?limit=200");
        const { items } = Stacks.parse(await response.json());
        return items.flatMap(({ latestDeployment }) => latestDeployment ?? []);
    });

    usePush("deploymentStatusUpdate", ({ deployment }) => {
        const others = (data.value ?? []).filter(
            (known) => known.stackId !== deployment.stackId || known.createdAt > deployment.createdAt,
        );
        const isNewest = others.every(({ stackId }) => stackId !== deployment.stackId);
        data.value = isNewest ? mergeDeployment(others, deployment) : others;
    });

    return computed(() => data.value?.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, shown));
}
