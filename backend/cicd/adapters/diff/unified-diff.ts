import { structuredPatch } from "diff";

/** Comparing holds everything else up, so what has this many changes, or takes this long, is given up. */
const mostEdits = 2000;
const mostMilliseconds = 100;

/** A `TextDiff`: hunks with three lines around each change. */
export function unifiedDiff(before: string, after: string): string | undefined {
    const patch = structuredPatch("", "", before, after, undefined, undefined, {
        context: 3,
        maxEditLength: mostEdits,
        timeout: mostMilliseconds,
    });
    return patch?.hunks
        .flatMap((hunk) => [
            `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`,
            ...hunk.lines,
        ])
        .join("\n");
}

/** A part without lines is told by the line before it. */
function range(start: number, lines: number): string {
    return `${lines === 0 ? start - 1 : start},${lines}`;
}
