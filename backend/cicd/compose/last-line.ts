/** The last line that says something. It is not cut: a cut secret would not be found and masked any more. */
export function lastLine(text: string): string {
    return text.trimEnd().split(/\r?\n/).at(-1)?.trim() ?? "";
}
