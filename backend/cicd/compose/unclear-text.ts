import { type Mistake, mistakeAt } from "./mistake.ts";

/**
 * Characters that readers of YAML take in different ways: Compose starts a new line at a lone carriage return, U+0085,
 * U+2028 and U+2029, where others go on with a comment; bytes that are no UTF-8 may be another encoding. In such a text
 * more can stand than is checked. The byte order mark may only come first.
 */
const unclear = /\r(?!\n)|(?![\t\n\r])\p{Cc}|[\u2028\u2029\uFFFD]|(?<!^)\uFEFF/u;

/** The first character of a file that may be read in more than one way, as a mistake; undefined where there is none. */
export function unclearText(file: string, text: string): Mistake | undefined {
    const found = unclear.exec(text);
    if (found === null) {
        return undefined;
    }
    const before = text.slice(0, found.index).split("\n");
    const place = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    const message = `the character U+${code} is not allowed here: it is read in different ways, or is no UTF-8`;
    return mistakeAt(place, message, "save the file as UTF-8 with ordinary line ends");
}
