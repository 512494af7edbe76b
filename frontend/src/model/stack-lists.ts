import type { StackSummary } from "../../../common/schema/stack.ts";

/** A server's stacks by name. */
export type StackList = Readonly<Record<string, StackSummary>>;

/** The list with a difference applied that a server has pushed. */
export function applyChange(
    list: StackList,
    { changed, removed }: { readonly changed: StackList; readonly removed: readonly string[] },
): StackList {
    const gone = new Set(removed);
    const stayed = Object.entries(list).filter(([name]) => !gone.has(name));
    return { ...Object.fromEntries(stayed), ...changed };
}

/** Running first, then exited, then the rest: as Dockge's list. */
export function sortStacks(stacks: readonly StackSummary[]): readonly StackSummary[] {
    return stacks.toSorted((a, b) => rank(a.status) - rank(b.status) || compareNames(a.name, b.name));
}

const compareNames = new Intl.Collator().compare;

function rank(status: number): number {
    const order = [3, 4, 2, 1, 0];
    return order.indexOf(status);
}
