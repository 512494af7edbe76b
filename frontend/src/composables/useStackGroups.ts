import { computed, type ComputedRef } from "vue";
import type { StackSummary } from "../../../common/schema/stack.ts";
import { isWanted, type StackSearch } from "../model/stack-filter.ts";
import { sortStacks } from "../model/stack-lists.ts";
import { useAgents, type Agent } from "./useAgents.ts";
import { useAllStacks } from "./useStacks.ts";

/** One server's part of the list. */
export interface StackGroup {
    readonly endpoint: string;
    /** Undefined for the server that sent the page. */
    readonly agent: Agent | undefined;
    /** Whether its list has come. */
    readonly known: boolean;
    readonly total: number;
    /** Those that are wanted, running first. */
    readonly found: readonly StackSummary[];
}

/** The stacks of all servers, this one first. */
export function useStackGroups(search: () => StackSearch): ComputedRef<readonly StackGroup[]> {
    const { agents } = useAgents();
    const { lists } = useAllStacks();

    // Looking for something does not sort anew.
    const sorted = computed(
        () => new Map([...lists.value].map(([key, list]) => [key, sortStacks(Object.values(list))])),
    );

    function groupOf(endpoint: string, agent: Agent | undefined): StackGroup {
        const stacks = sorted.value.get(endpoint);
        const wanted = search();
        return {
            endpoint,
            agent,
            known: stacks !== undefined,
            total: stacks?.length ?? 0,
            found: (stacks ?? []).filter((stack) => isWanted(stack, agent?.name ?? "", wanted)),
        };
    }

    return computed(() => [
        groupOf("", undefined),
        ...(agents.value ?? []).map((agent) => groupOf(agent.endpoint, agent)),
    ]);
}
