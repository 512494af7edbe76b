import type { ShownDiff } from "../../../common/schema/release.ts";
import type { Files } from "../core/files.ts";
import type { TextDiff } from "../core/text-diff.ts";

/** What is bounded, so that neither the server nor the page stalls over a file that is quite another. */
const mostLines = 400;
const longestLine = 1000;
const mostBytes = 256 * 1024;

/** A text of bounded size; undefined for what is binary, large, or no regular file. */
export async function readShown(
    files: Pick<Files, "readRegular">,
    root: string,
    path: string,
): Promise<string | undefined> {
    const text = await files.readRegular(root, path, mostBytes);
    return text === undefined || /[\0\uFFFD]/.test(text) ? undefined : text;
}

/** The diff of two texts without secrets, cut to what a page can show. */
export function showDiff(
    { diff, mask }: { readonly diff: TextDiff; readonly mask: (text: string) => string },
    before: string,
    after: string,
    note?: string,
): ShownDiff {
    const found = diff(before, after);
    return found === undefined ? { note: "differs too much to be shown" } : cut(mask(found), note);
}

function cut(diff: string, note: string | undefined): ShownDiff {
    const lines = diff.split("\n").map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line));
    return lines.length > mostLines
        ? { diff: lines.slice(0, mostLines).join("\n"), note: `${lines.length - mostLines} more lines are not shown` }
        : { diff: lines.join("\n"), note };
}
