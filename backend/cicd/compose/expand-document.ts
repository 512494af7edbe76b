import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from "yaml";
import { type Mistake, mistakeAt, type Place } from "./mistake.ts";
import { isNull, type Tree, type TreeScalar } from "./tree.ts";

const maxNodes = 100_000;

/** Ends an expansion: the mistake is the file's. */
export class ExpansionError extends Error {
    readonly mistake: Mistake;

    constructor(mistake: Mistake) {
        super(mistake.message);
        this.name = "ExpansionError";
        this.mistake = mistake;
    }
}

interface Sized {
    readonly tree: Tree;
    readonly size: number;
}

interface Context {
    readonly place: (offset: number) => Place;
    /**
     * What each anchor means so far. Like in Compose, the one that began last counts, also where it stands inside
     * another of the same name; `undefined` while it is open, because nothing can hold itself.
     */
    readonly anchors: Map<string, { sized: Sized | undefined }>;
}

/** What Compose, or JavaScript, would make something else of than its text. */
const standardTag = "tag:yaml.org,2002:";
const plainTags = ["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `${standardTag}${name}`);
const forbiddenKey = "__proto__";

/**
 * Turns a composed document into a tree without anchors, aliases and merge keys; undefined for an empty one.
 * Throws ExpansionError for an unknown alias, a key that is no text or stands twice, tags such as `!!binary`, and for
 * more than 100 000 values.
 */
export function expandDocument(document: Document, place: (offset: number) => Place): Tree | undefined {
    const expanded = expandNode(document.contents, { place, anchors: new Map() });
    return isNull(expanded.tree) ? undefined : expanded.tree;
}

function expandNode(node: unknown, context: Context): Sized {
    refuseTag(node, context);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    const slot: { sized: Sized | undefined } = { sized: undefined };
    if (anchor !== undefined) {
        context.anchors.set(anchor, slot);
    }
    const sized = expandPlain(node, context);
    if (sized.size > maxNodes) {
        const message = `the file holds more than ${maxNodes} values once its aliases are resolved`;
        throw new ExpansionError(mistakeAt(sized.tree.place, message, "use fewer aliases"));
    }
    slot.sized = sized;
    return sized;
}

function expandPlain(node: unknown, context: Context): Sized {
    if (isAlias(node)) {
        return findAnchor(node.source, placeOf(node, context), context);
    }
    if (isMap(node)) {
        return expandMap(node, context);
    }
    const place = placeOf(node, context);
    if (isSeq(node)) {
        const items = node.items.map((item) => expandNode(isPair(item) ? item.value : item, context));
        const tree: Tree = { kind: "list", items: items.map((item) => item.tree), place, tag: tagOf(node.tag) };
        return { tree, size: sum(items) };
    }
    return { tree: isScalar(node) ? expandScalar(node, place) : emptyScalar(place), size: 1 };
}

/** Compose decodes `!!binary`: what such a text says would not be what is checked. */
function refuseTag(node: unknown, context: Context): void {
    const tag = isMap(node) || isSeq(node) || isScalar(node) ? node.tag : undefined;
    if (tag?.startsWith(standardTag) === true && !plainTags.includes(tag)) {
        const name = tag.slice(standardTag.length);
        throw new ExpansionError(mistakeAt(placeOf(node, context), `the tag !!${name} is not allowed`, "leave it out"));
    }
}

function findAnchor(name: string, place: Place, context: Context): Sized {
    const target = context.anchors.get(name)?.sized;
    if (target === undefined) {
        throw new ExpansionError(mistakeAt(place, `unknown alias *${name}`, `define it above with &${name}`));
    }
    return target;
}

function expandMap(map: YAMLMap, context: Context): Sized {
    const place = placeOf(map, context);
    const own = new Map<string, Tree>();
    const merged = new Map<string, Tree>();
    let size = 1;
    for (const pair of map.items) {
        const key = keyOf(pair, place, context);
        const value = expandNode(pair.value, context);
        size += value.size;
        if (key === forbiddenKey) {
            throw new ExpansionError(
                mistakeAt(placeOf(pair.key, context), `the key ${key} is not allowed`, "rename it"),
            );
        }
        if (own.has(key)) {
            throw new ExpansionError(mistakeAt(placeOf(pair.key, context), ...duplicate(key)));
        }
        if (key === "<<") {
            mergeInto(merged, value.tree);
        } else {
            own.set(key, value.tree);
        }
    }
    const inherited = [...merged].filter(([key]) => !own.has(key));
    return { tree: { kind: "map", entries: new Map([...inherited, ...own]), place, tag: tagOf(map.tag) }, size };
}

function duplicate(key: string): readonly [message: string, hint: string] {
    return [`the key ${key} stands here twice; keys must be unique`, "remove one of the two, or merge them"];
}

function mergeInto(target: Map<string, Tree>, value: Tree): void {
    const sources = value.kind === "list" ? value.items : [value];
    for (const source of sources) {
        if (source.kind !== "map") {
            throw new ExpansionError(mistakeAt(value.place, "'<<' needs a map", "write <<: *name of a map"));
        }
        for (const [key, inherited] of source.entries) {
            if (!target.has(key)) {
                target.set(key, inherited);
            }
        }
    }
}

function keyOf(pair: Pair, place: Place, context: Context): string {
    if (isAlias(pair.key)) {
        const { tree } = findAnchor(pair.key.source, placeOf(pair.key, context), context);
        if (tree.kind === "scalar") {
            return tree.text;
        }
    }
    refuseTag(pair.key, context);
    if (isScalar(pair.key)) {
        const key = expandScalar(pair.key, placeOf(pair.key, context));
        if (pair.key.anchor !== undefined) {
            context.anchors.set(pair.key.anchor, { sized: { tree: key, size: 1 } });
        }
        return key.text;
    }
    throw new ExpansionError(mistakeAt(place, "a key that is no text", "use a plain text as key"));
}

function expandScalar(scalar: Scalar, place: Place): TreeScalar {
    const text = typeof scalar.value === "string" ? scalar.value : (scalar.source ?? "");
    return { kind: "scalar", text, style: styleOf(scalar), place, tag: tagOf(scalar.tag) };
}

function styleOf(scalar: Scalar): TreeScalar["style"] {
    if (scalar.type === undefined || scalar.type === "PLAIN") {
        // `!!str 12` is text although it is written plainly.
        return scalar.tag === "tag:yaml.org,2002:str" ? "quoted" : "plain";
    }
    return scalar.type === "BLOCK_LITERAL" || scalar.type === "BLOCK_FOLDED" ? "block" : "quoted";
}

function emptyScalar(place: Place): TreeScalar {
    return { kind: "scalar", text: "", style: "plain", place };
}

function tagOf(tag: string | undefined): "!reset" | "!override" | undefined {
    return tag === "!reset" || tag === "!override" ? tag : undefined;
}

function placeOf(node: unknown, context: Context): Place {
    const ranged = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    return context.place(ranged?.[0] ?? 0);
}

function sum(items: readonly Sized[]): number {
    return items.reduce((total, item) => total + item.size, 1);
}
