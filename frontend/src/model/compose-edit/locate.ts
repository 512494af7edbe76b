import {
    isAlias,
    isCollection,
    isMap,
    isNode,
    isScalar,
    isSeq,
    parseDocument,
    type Document,
    type Pair,
    type YAMLMap,
} from "yaml";
import { keyText } from "../compose-spec/defined-names.ts";

export type Path = readonly (string | number)[];

/** A file that parses, and is a map or empty; undefined otherwise. */
export function readDocument(text: string): Document | undefined {
    const document = parseDocument(text, { logLevel: "silent", prettyErrors: false });
    const isFile = document.contents === null || isMap(document.contents) || isEmpty(document.contents);
    return document.errors.length === 0 && isFile ? document : undefined;
}

/** The node at a path, aliases not followed. */
export function nodeAt(document: Document, path: Path): unknown {
    let node: unknown = document.contents;
    for (const step of path) {
        if (typeof step === "number") {
            node = isSeq(node) ? node.items[step] : undefined;
        } else {
            node = isMap(node) ? pairOf(node, step)?.value : undefined;
        }
    }
    return node;
}

export function pairOf(map: YAMLMap, key: string): Pair | undefined {
    return map.items.find((pair) => keyText(pair.key) === key);
}

/** Nothing, or a null that may be written out. */
export function isEmpty(node: unknown): boolean {
    return node === undefined || node === null || (isScalar(node) && node.value === null);
}

export function isFlow(node: unknown): boolean {
    return isCollection(node) && node.flow === true;
}

/** Where a node's text begins and ends; without the comments and empty lines behind it. */
export function spanOf(text: string, node: unknown): { readonly from: number; readonly to: number } {
    const [from, end] = isNode(node) ? (node.range ?? [0, 0]) : [0, 0];
    return { from, to: contentEnd(text, node) ?? end };
}

/** A key with its value. */
export function pairSpan(text: string, { key, value }: Pair): { readonly from: number; readonly to: number } {
    const { from, to } = spanOf(text, key);
    return { from, to: Math.max(to, contentEnd(text, value) ?? to) };
}

function contentEnd(text: string, node: unknown): number | undefined {
    if (!isNode(node) || node.range === null || node.range === undefined) {
        return undefined;
    }
    const [from, to] = node.range;
    if (isAlias(node) || isScalar(node) || isFlow(node)) {
        return from === to ? undefined : from + text.slice(from, to).trimEnd().length;
    }
    const last = isMap(node) ? node.items.at(-1) : undefined;
    if (last !== undefined) {
        return pairSpan(text, last).to;
    }
    return isSeq(node) ? (contentEnd(text, node.items.at(-1)) ?? to) : to;
}

export function lineStart(text: string, offset: number): number {
    return text.lastIndexOf("\n", offset - 1) + 1;
}

/** The beginning of the line behind the one that an offset is in. */
export function nextLine(text: string, offset: number): number {
    const end = text.indexOf("\n", offset);
    return end === -1 ? text.length : end + 1;
}

export function columnOf(text: string, offset: number): number {
    return offset - lineStart(text, offset);
}
