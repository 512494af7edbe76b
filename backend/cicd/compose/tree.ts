import type { Place } from "./mistake.ts";

/**
 * A YAML file as plain data that remembers where each value stands and how it was written: anchors, aliases and merge
 * keys are resolved, `${…}` is not, and scalars keep their text (`0440` stays `0440`).
 */
export type Tree = TreeScalar | TreeList | TreeMap;

interface TreeBase {
    readonly place: Place;
    /** Compose's own tags; any other tag is dropped, as Compose does. */
    readonly tag?: "!reset" | "!override" | undefined;
}

export interface TreeScalar extends TreeBase {
    readonly kind: "scalar";
    readonly text: string;
    /** `plain` text may mean a number, a boolean or null; the rest is always text. */
    readonly style: "plain" | "quoted" | "block";
    /** Present where variables were put in (`fillVariables`). */
    readonly filled?: Filled | undefined;
}

/** What a text was before its variables got their values. */
export interface Filled {
    readonly written: string;
    /** Variables that have neither value nor default; empty in the text. */
    readonly unresolved: readonly string[];
    /** Variables whose value this machine decides; empty in the text. */
    readonly machine: readonly string[];
    /** Whether it can be read in one way only. */
    readonly clear: boolean;
}

export interface TreeList extends TreeBase {
    readonly kind: "list";
    readonly items: readonly Tree[];
}

export interface TreeMap extends TreeBase {
    readonly kind: "map";
    readonly entries: ReadonlyMap<string, Tree>;
}

/** The place of what we write ourselves. */
export const generated: Place = { file: "(generated)", line: 1, column: 1 };

/** Text that stays text, whatever it looks like. */
export function textNode(text: string, place = generated): TreeScalar {
    return { kind: "scalar", text, style: "quoted", place };
}

export function mapNode(entries: Iterable<readonly [string, Tree]>, place = generated): TreeMap {
    return { kind: "map", entries: new Map(entries), place };
}

export function listNode(items: readonly Tree[], place = generated): TreeList {
    return { kind: "list", items, place };
}

/** `!reset null`: the only way to take a key away from a file that comes before. */
export const resetNode: TreeScalar = { kind: "scalar", text: "null", style: "plain", tag: "!reset", place: generated };

/** The value under a path of keys; undefined where there is none. */
export function treeAt(tree: Tree | undefined, ...path: readonly PropertyKey[]): Tree | undefined {
    let node = tree;
    for (const key of path) {
        node = childOf(node, key);
    }
    return node;
}

function childOf(node: Tree | undefined, key: PropertyKey): Tree | undefined {
    if (node?.kind === "map") {
        return node.entries.get(String(key));
    }
    return node?.kind === "list" && typeof key === "number" ? node.items[key] : undefined;
}

/** The entries of a map; none for anything else. */
export function entriesOf(tree: Tree | undefined): readonly (readonly [string, Tree])[] {
    return tree?.kind === "map" ? [...tree.entries] : [];
}

/** The items of a list, or the single value in the place of one. */
export function itemsOf(tree: Tree | undefined): readonly Tree[] {
    if (tree === undefined || isNull(tree)) {
        return [];
    }
    return tree.kind === "list" ? tree.items : [tree];
}

/** The text of a scalar; undefined for null, lists, maps and what is missing. */
export function textOf(tree: Tree | undefined): string | undefined {
    return tree?.kind === "scalar" && !isNull(tree) ? tree.text : undefined;
}

/** Whether a value is YAML's null: `~`, `null` or nothing at all. */
export function isNull(tree: Tree): boolean {
    return tree.kind === "scalar" && tree.style === "plain" && /^(~|null|Null|NULL)?$/.test(tree.text);
}

/** Plain JavaScript data; what is `!reset` is left out. */
export function toData(tree: Tree): unknown {
    if (tree.kind === "list") {
        return tree.items.filter((item) => item.tag !== "!reset").map(toData);
    }
    if (tree.kind === "map") {
        const kept = [...tree.entries].filter(([, value]) => value.tag !== "!reset");
        return Object.fromEntries(kept.map(([key, value]) => [key, toData(value)]));
    }
    return scalarData(tree);
}

function scalarData(scalar: TreeScalar): unknown {
    if (isNull(scalar)) {
        return null;
    }
    if (scalar.style !== "plain") {
        return scalar.text;
    }
    if (/^(true|false)$/i.test(scalar.text)) {
        return scalar.text.toLowerCase() === "true";
    }
    return /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(scalar.text) ? Number(scalar.text) : scalar.text;
}
