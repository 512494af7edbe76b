/** How much of a health check's output the engine keeps, in bytes; what was more reads `...`. */
const keptBytes = 4096;

/** The output of a health check without the half of a word at which the engine cut it: it may be half of a secret. */
export function wholeOutput(output: string): string {
    if (Buffer.byteLength(output) < keptBytes || !output.endsWith("...")) {
        return output;
    }
    const lineEnd = output.lastIndexOf("\n");
    const wordEnd = output.slice(0, -"...".length).search(/\s\S*$/);
    return `${output.slice(0, lineEnd === -1 ? Math.max(wordEnd, 0) : lineEnd)} … (the rest is cut)`;
}
