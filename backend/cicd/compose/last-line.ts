import { plainText } from "./plain-text.ts";

/** The last line that says something. It is not cut: a cut secret would not be found and masked any more. */
export function lastLine(text: string): string {
    return plainText(text).trimEnd().split(/\r?\n/).at(-1)?.trim() ?? "";
}
