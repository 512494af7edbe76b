const longest = 65_536;
const longestTogether = 1024 * 1024;
const name = "[A-Za-z_][A-Za-z0-9_]*";
const reference = new RegExp(`\\$(?:\\$|(${name})|\\{(${name})(?::-([^{}]*))?\\})`, "g");

/** A text became longer than 65,536 characters when its variables got their values, or all of a job than 1,048,576. */
export class TextTooLong extends Error {}

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string>>;

/**
 * Puts variables into a text: `$NAME`, `${NAME}`, `${NAME:-default}`; `$$` is a `$`. A name without a value stays as it
 * is written. Values are not looked through again. Throws TextTooLong.
 */
export function fillText(text: string, variables: Variables): string {
    return fillReferences(text, (written, key, fallback) => valueOf(written, key, fallback, variables));
}

type ValueOf = (written: string, key: string | undefined, fallback: string | undefined) => string;

/** Puts a text in the place of each reference; `key` is undefined for `$$`. Throws TextTooLong. */
export function fillReferences(text: string, valueOf: ValueOf): string {
    let length = text.length;
    return text.replace(reference, (written: string, bare?: string, braced?: string, fallback?: string) => {
        const value = valueOf(written, bare ?? braced, fallback);
        length += value.length - written.length;
        if (length > longest) {
            throw new TextTooLong();
        }
        return value;
    });
}

function valueOf(written: string, key: string | undefined, fallback: string | undefined, variables: Variables): string {
    if (key === undefined) {
        return "$";
    }
    const value = Object.hasOwn(variables, key) ? variables[key] : undefined;
    return (fallback !== undefined && value === "" ? fallback : value) ?? fallback ?? written;
}

/** The first variable of a text that has no value. */
export function missingVariable(text: string, variables: Variables): string | undefined {
    for (const [, bare, braced, fallback] of text.matchAll(reference)) {
        const key = bare ?? braced;
        if (key !== undefined && fallback === undefined && !Object.hasOwn(variables, key)) {
            return key;
        }
    }
    return undefined;
}

/** Adds variables to others, in order: each may name those before it. Throws TextTooLong. */
export function addVariables(known: Variables, added: Readonly<Record<string, string | number | boolean>>): Variables {
    return fillEach(known, added, fillText);
}

/** The same by another way to fill a text. No program could be started with more than this takes at most. */
export function fillEach(
    known: Variables,
    added: Readonly<Record<string, string | number | boolean>>,
    fill: (text: string, variables: Variables) => string,
): Variables {
    const filled = { ...known };
    let length = 0;
    for (const [key, value] of Object.entries(added)) {
        const text = fill(String(value), filled);
        length += text.length;
        if (length > longestTogether) {
            throw new TextTooLong();
        }
        filled[key] = text;
    }
    return filled;
}
