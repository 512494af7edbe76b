import type { Place } from "./mistake.ts";

/** A YAML value that remembers where it stands; anchors, aliases and merge keys are resolved. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

export interface LocatedScalar {
    readonly kind: "scalar";
    readonly place: Place;
    readonly value: string | number | boolean | null;
    /** As it is written, so that `3.10` stays `3.10`. */
    readonly text: string;
}

export interface LocatedList {
    readonly kind: "list";
    readonly place: Place;
    readonly items: readonly Located[];
}

export interface LocatedMap {
    readonly kind: "map";
    readonly place: Place;
    readonly entries: ReadonlyMap<string, LocatedEntry>;
}

export interface LocatedEntry {
    readonly key: Place;
    readonly value: Located;
}

type Path = readonly PropertyKey[];

/** The value under a path of keys; undefined where there is none. */
export function locatedAt(root: Located, path: Path): Located | undefined {
    let node: Located | undefined = root;
    for (const key of path) {
        node = childOf(node, key);
    }
    return node;
}

function childOf(node: Located | undefined, key: PropertyKey): Located | undefined {
    if (node?.kind === "map") {
        return node.entries.get(String(key))?.value;
    }
    return node?.kind === "list" && typeof key === "number" ? node.items[key] : undefined;
}

/** The place of the value under a path, or of what is nearest above it where there is none. */
export function placeAt(root: Located, path: Path): Place {
    for (let length = path.length; length > 0; length -= 1) {
        const found = locatedAt(root, path.slice(0, length));
        if (found !== undefined) {
            return found.place;
        }
    }
    return root.place;
}

/** The place of a key below a path; of the value there where it has no such key. */
export function keyPlaceAt(root: Located, path: Path, key: string): Place {
    const holder = locatedAt(root, path);
    return (holder?.kind === "map" ? holder.entries.get(key)?.key : undefined) ?? placeAt(root, path);
}

/** Keys below which numbers and booleans mean the text that is written. */
const keysOfText = ["variables", "matrix"];

/** Plain data; below `variables` and `matrix` every value is the text that stands in the file. */
export function toData(node: Located, asText = false): unknown {
    if (node.kind === "list") {
        return node.items.map((item) => toData(item, asText));
    }
    if (node.kind === "map") {
        return Object.fromEntries(
            [...node.entries].map(([key, { value }]) => [key, toData(value, asText || keysOfText.includes(key))]),
        );
    }
    return asText && node.value !== null ? node.text : node.value;
}
