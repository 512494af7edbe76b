import { fillEach, fillReferences, type Variables } from "./fill-text.ts";

/**
 * Puts in what the file knows already, and leaves the rest to a later `fillText` with what only the stack knows: `$$`, and
 * names without a value, stay as they are. The variables are texts of this kind, too. Throws TextTooLong.
 */
export function fillKnown(text: string, variables: Variables): string {
    return fillReferences(text, (written, key, fallback) => {
        const value = key !== undefined && Object.hasOwn(variables, key) ? variables[key] : undefined;
        if (value === undefined) {
            return written;
        }
        return value === "" && fallback !== undefined ? literal(fallback) : closed(value);
    });
}

/** Adds variables to what the server tells, in order: each may name those before it. Throws TextTooLong. */
export function addKnown(given: Variables, added: Readonly<Record<string, string | number | boolean>>): Variables {
    const known = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, literal(value)]));
    return fillEach(known, added, fillKnown);
}

/** Text in which nothing is a variable. */
function literal(text: string): string {
    return text.replaceAll("$", () => "$$");
}

/** What a text leaves open must not run into what follows it in another one. */
function closed(text: string): string {
    return text.replace(/\$(?:\$|\{|([A-Za-z_]\w*))?/g, (written: string, bare?: string) => {
        if (bare !== undefined) {
            return `\${${bare}}`;
        }
        return written === "$" ? "$$" : written;
    });
}
