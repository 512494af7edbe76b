import { isMap, isScalar, isSeq, type Document } from "yaml";
import { insertEntry, insertItem, type Fresh } from "./insert.ts";
import {
    isEmpty,
    isFlow,
    lineStart,
    nextLine,
    nodeAt,
    pairOf,
    pairSpan,
    type Path,
    readDocument,
    spanOf,
} from "./locate.ts";
import { scalarText } from "./scalar-text.ts";
import { splice } from "./splice.ts";

/** Writes a text at a path; keys that are missing are added. What is no scalar there stays. */
export function setAt(text: string, path: Path, value: string): string {
    return edited(text, (document) => {
        const node = nodeAt(document, path);
        if (!isEmpty(node)) {
            return isScalar(node) ? splice(text, spanOf(text, node), scalarText(value, node)) : text;
        }
        return insertEntry(text, document, path, value);
    });
}

/** Adds a key with what belongs to it, where it is missing. */
export function addAt(text: string, path: Path, fresh: Fresh): string {
    return edited(text, (document) => {
        const parent = nodeAt(document, path.slice(0, -1));
        const isThere = isMap(parent) && pairOf(parent, String(path.at(-1))) !== undefined;
        return isThere ? text : insertEntry(text, document, path, fresh);
    });
}

/** Adds an item to a list, which is made where it is missing. */
export function addItem(text: string, path: Path, item: string): string {
    return edited(text, (document) => {
        const node = nodeAt(document, path);
        if (isSeq(node)) {
            return insertItem(text, node, item);
        }
        return isEmpty(node) ? insertEntry(text, document, path, [item]) : text;
    });
}

/** Takes out what is at a path, and what holds nothing else then; services themselves stay. */
export function removeAt(text: string, path: Path): string {
    return edited(text, (document) => {
        const upper = path.slice(0, -1);
        const parent = nodeAt(document, upper);
        const isOnly = (isMap(parent) || isSeq(parent)) && parent.items.length === 1;
        const mayGo = upper.length > 0 && (upper[0] !== "services" || upper.length > 2);
        return isOnly && mayGo ? removeAt(text, upper) : removed(text, document, path);
    });
}

/** Gives a key another name. */
export function renameAt(text: string, path: Path, name: string): string {
    return edited(text, (document) => {
        const parent = nodeAt(document, path.slice(0, -1));
        const pair = isMap(parent) ? pairOf(parent, String(path.at(-1))) : undefined;
        const key = pair?.key;
        return isScalar(key) ? splice(text, spanOf(text, key), scalarText(name, key)) : text;
    });
}

/** An edit that would break the file is not made. */
function edited(text: string, edit: (document: Document) => string): string {
    const document = readDocument(text);
    const next = document === undefined ? text : edit(document);
    return readDocument(next) === undefined ? text : next;
}

function removed(text: string, document: Document, path: Path): string {
    const parent = nodeAt(document, path.slice(0, -1));
    const last = path.at(-1);
    const spans = spansIn(text, parent);
    const index = isMap(parent)
        ? parent.items.findIndex((pair) => pair === pairOf(parent, String(last)))
        : Number(last);
    const span = spans[index];
    if (span === undefined) {
        return text;
    }
    if (isFlow(parent)) {
        const from = index > 0 ? spans[index - 1]?.to : undefined;
        const to = index === 0 ? spans[1]?.from : undefined;
        return splice(text, { from: from ?? span.from, to: to ?? span.to }, "");
    }
    const start = lineStart(text, span.from);
    const before = text.slice(start, span.from);
    const isAlone = isSeq(parent) ? /^ *- *(?:[&!]\S* +)*$/.test(before) : before.trim() === "";
    return isAlone ? splice(text, { from: start, to: nextLine(text, span.to) }, "") : text;
}

function spansIn(text: string, parent: unknown): readonly { readonly from: number; readonly to: number }[] {
    if (isMap(parent)) {
        return parent.items.map((pair) => pairSpan(text, pair));
    }
    return isSeq(parent) ? parent.items.map((item) => spanOf(text, item)) : [];
}
