import { closest } from "./closest.ts";
import { foreignKeyHint } from "./foreign-keys.ts";

/** The way out for a key that is not known beside `known`; `holder` is the outermost key that it stands below. */
export function unknownKeyHint(key: string, known: readonly string[], holder = ""): string {
    const said = foreignKeyHint(key, holder);
    const like = closest(key, known);
    if (like === undefined || said !== undefined) {
        return said ?? `leave it out; known are ${known.join(", ")}`;
    }
    return `did you mean ${like}?`;
}
