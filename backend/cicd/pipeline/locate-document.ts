import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from "yaml";
import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import type { Located, LocatedEntry, LocatedScalar } from "./located.ts";
import { mistakeAt, type Place } from "./mistake.ts";

const maxValues = 20_000;

interface Sized {
    readonly node: Located;
    readonly size: number;
}

interface Context {
    readonly place: (offset: number) => Place;
    /** What each anchor means so far; undefined while it is open, because nothing can hold itself. */
    readonly anchors: Map<string, Sized | undefined>;
    readonly mistakes: PipelineMistake[];
}

/** Ends the reading: what comes after it would multiply. */
class TooManyValues extends Error {
    readonly place: Place;

    constructor(place: Place) {
        super("too many values");
        this.place = place;
    }
}

/** A composed document without anchors, aliases and merge keys, and everything that is wrong with those and its keys. */
export function locateDocument(
    document: Document,
    place: (offset: number) => Place,
): { readonly root: Located | undefined; readonly mistakes: readonly PipelineMistake[] } {
    const context: Context = { place, anchors: new Map(), mistakes: [] };
    try {
        const { node } = locate(document.contents, context);
        const isEmpty = node.kind === "scalar" && node.value === null;
        return { root: isEmpty ? undefined : node, mistakes: context.mistakes };
    } catch (error) {
        if (!(error instanceof TooManyValues)) {
            throw error;
        }
        const message = `the file holds more than ${maxValues} values once its aliases are resolved`;
        return {
            root: undefined,
            mistakes: [...context.mistakes, mistakeAt(error.place, message, "use fewer aliases")],
        };
    }
}

function locate(node: unknown, context: Context): Sized {
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) {
        context.anchors.set(anchor, undefined);
    }
    const located = locatePlain(node, context);
    if (located.size > maxValues) {
        throw new TooManyValues(located.node.place);
    }
    if (anchor !== undefined) {
        context.anchors.set(anchor, located);
    }
    return located;
}

function locatePlain(node: unknown, context: Context): Sized {
    const place = placeOf(node, context);
    if (isAlias(node)) {
        return findAnchor(node.source, place, context);
    }
    if (isMap(node)) {
        return locateMap(node, place, context);
    }
    if (isSeq(node)) {
        const items = node.items.map((item) => locate(isPair(item) ? item.value : item, context));
        const size = items.reduce((sum, item) => sum + item.size, 1);
        return { node: { kind: "list", place, items: items.map((item) => item.node) }, size };
    }
    return { node: isScalar(node) ? locateScalar(node, place) : empty(place), size: 1 };
}

function findAnchor(name: string, place: Place, context: Context): Sized {
    const found = context.anchors.get(name);
    if (found === undefined) {
        context.mistakes.push(mistakeAt(place, `unknown alias *${name}`, `define it above with &${name}`));
        return { node: empty(place), size: 1 };
    }
    return found;
}

function locateMap(map: YAMLMap, place: Place, context: Context): Sized {
    const own = new Map<string, LocatedEntry>();
    const merged = new Map<string, LocatedEntry>();
    let size = 1;
    for (const pair of map.items) {
        const keyPlace = pair.key === null ? place : placeOf(pair.key, context);
        const key = keyOf(pair, keyPlace, context);
        const value = locate(pair.value, context);
        size += value.size;
        if (key === "<<") {
            mergeInto(merged, value.node, context);
        } else if (key !== undefined && own.has(key)) {
            const hint = "remove one of the two, or give it another name";
            context.mistakes.push(mistakeAt(keyPlace, `${key} stands here twice`, hint));
        } else if (key !== undefined) {
            own.set(key, { key: keyPlace, value: value.node });
        }
    }
    const inherited = [...merged].filter(([key]) => !own.has(key));
    return { node: { kind: "map", place, entries: new Map([...inherited, ...own]) }, size };
}

function mergeInto(target: Map<string, LocatedEntry>, value: Located, context: Context): void {
    for (const source of value.kind === "list" ? value.items : [value]) {
        if (source.kind !== "map") {
            context.mistakes.push(mistakeAt(value.place, "'<<' needs a map", "write <<: *name of a map"));
            return;
        }
        for (const [key, entry] of source.entries) {
            if (!target.has(key)) {
                target.set(key, entry);
            }
        }
    }
}

/** undefined, with a mistake, for a key that is no text. */
function keyOf({ key }: Pair, place: Place, context: Context): string | undefined {
    const { node } = locate(key, context);
    if (node.kind === "scalar" && node.text !== "" && node.text !== "__proto__") {
        return node.text;
    }
    const shown = node.kind === "scalar" ? `the key "${node.text}" is not allowed` : "a key that is no text";
    context.mistakes.push(mistakeAt(place, shown, "use another text as key"));
    return undefined;
}

function locateScalar(scalar: Scalar, place: Place): LocatedScalar {
    const { value } = scalar;
    if (typeof value === "string") {
        return { kind: "scalar", place, value, text: value };
    }
    const known = typeof value === "number" || typeof value === "boolean" ? value : null;
    return { kind: "scalar", place, value: known, text: scalar.source ?? "" };
}

function empty(place: Place): LocatedScalar {
    return { kind: "scalar", place, value: null, text: "" };
}

function placeOf(node: unknown, context: Context): Place {
    const ranged = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    return context.place(ranged?.[0] ?? 0);
}
