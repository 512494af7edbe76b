import type { StackSummary } from "../../../common/schema/stack.ts";
import { isActive, readListed } from "./deployment-status.ts";
import { stackLook } from "./stack-status.ts";

export const stackFilters = ["all", "active", "exited", "inactive", "unknown", "deploying"] as const;
export type StackFilter = (typeof stackFilters)[number];

/** What somebody wants to see of the list. `query`: a part of the stack's or the server's name. */
export interface StackSearch {
    readonly query: string;
    readonly filter: StackFilter;
}

/** Whether a stack of the server with that name is wanted. */
export function isWanted(stack: StackSummary, serverName: string, { query, filter }: StackSearch): boolean {
    return fits(stack, filter) && finds(query, stack.name, serverName);
}

/** How many stacks each filter shows. */
export function countByFilter(stacks: readonly StackSummary[]): Readonly<Record<StackFilter, number>> {
    const counts: Record<StackFilter, number> = {
        all: stacks.length,
        active: 0,
        exited: 0,
        inactive: 0,
        unknown: 0,
        deploying: 0,
    };
    for (const stack of stacks) {
        counts[stackLook(stack.status).label] += 1;
        counts.deploying += isDeploying(stack) ? 1 : 0;
    }
    return counts;
}

function fits(stack: StackSummary, filter: StackFilter): boolean {
    if (filter === "all") {
        return true;
    }
    return filter === "deploying" ? isDeploying(stack) : stackLook(stack.status).label === filter;
}

/** Every word must be part of one of the names. */
function finds(query: string, ...names: readonly string[]): boolean {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const texts = names.map((name) => name.toLowerCase());
    return words.every((word) => texts.some((text) => text.includes(word)));
}

function isDeploying({ deploymentStatus }: StackSummary): boolean {
    const listed = readListed(deploymentStatus);
    return listed !== undefined && isActive(listed);
}
