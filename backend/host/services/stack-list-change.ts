import { isDeepStrictEqual } from "node:util";
import type { StackSummary } from "../../../common/schema/stack.ts";

type List = Readonly<Record<string, StackSummary>>;

/** What turns one list of stacks into another. */
export interface StackListChange {
    /** New ones and those that differ, whole. */
    readonly changed: List;
    /** The names of those that are gone. */
    readonly removed: readonly string[];
}

/** What has to be told to somebody who knows `from`; undefined where nothing has. */
export function stackListChange(from: List, to: List): StackListChange | undefined {
    const changed = Object.entries(to).filter(
        ([name, stack]) => !Object.hasOwn(from, name) || !isDeepStrictEqual(from[name], stack),
    );
    const removed = Object.keys(from).filter((name) => !Object.hasOwn(to, name));
    return changed.length === 0 && removed.length === 0 ? undefined : { changed: Object.fromEntries(changed), removed };
}
