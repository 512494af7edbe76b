/** A directory that something was rendered in, and the one that it will lie in. Absolute, without a final slash. */
export interface MovedPath {
    readonly from: string;
    readonly to: string;
}

/** JSON with sorted keys, without what is undefined; paths below `moved.from` are written as below `moved.to`. */
export function canonicalJson(value: unknown, moved?: MovedPath): string {
    return JSON.stringify(canonical(value, moved));
}

function canonical(value: unknown, moved: MovedPath | undefined): unknown {
    if (typeof value === "string") {
        return moveText(value, moved);
    }
    if (Array.isArray(value)) {
        return value.map((item) => canonical(item, moved));
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
    return Object.fromEntries(entries.map(([key, item]) => [key, canonical(item, moved)]));
}

/** The path of `text` in the directory that it will lie in; other text as it is. */
export function moveText(text: string, moved: MovedPath | undefined): string {
    const inside = moved !== undefined && (text === moved.from || text.startsWith(`${moved.from}/`));
    return inside ? moved.to + text.slice(moved.from.length) : text;
}
