/** A text with a part replaced. */
export function splice(
    text: string,
    { from, to }: { readonly from: number; readonly to: number },
    insert: string,
): string {
    return text.slice(0, from) + insert + text.slice(to);
}

/** Lines put before the line that begins at an offset, with the file's own line ends. */
export function insertLines(text: string, offset: number, lines: readonly string[]): string {
    const end = text.includes("\r\n") ? "\r\n" : "\n";
    const before = offset > 0 && text[offset - 1] !== "\n" ? end : "";
    return splice(text, { from: offset, to: offset }, before + lines.map((line) => line + end).join(""));
}
