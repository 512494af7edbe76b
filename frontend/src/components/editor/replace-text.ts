import type { ChangeSpec } from "@codemirror/state";

/** The change that makes one text another, between what both begin and end with: the cursor stays where it was. */
export function replaceText(before: string, after: string): ChangeSpec {
    const most = Math.min(before.length, after.length);
    let start = 0;
    while (start < most && before[start] === after[start]) {
        start += 1;
    }
    let end = 0;
    while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) {
        end += 1;
    }
    return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
