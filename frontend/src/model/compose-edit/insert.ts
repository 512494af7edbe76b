import { isMap, isScalar, type Document, type YAMLMap, type YAMLSeq } from "yaml";
import {
    columnOf,
    isEmpty,
    isFlow,
    lineStart,
    nextLine,
    nodeAt,
    pairOf,
    pairSpan,
    type Path,
    spanOf,
} from "./locate.ts";
import { scalarText } from "./scalar-text.ts";
import { insertLines, splice } from "./splice.ts";

/** What is written anew: a text, a flag, nothing, a list of texts, or a map. */
export type Fresh = string | true | null | readonly string[] | { readonly [key: string]: Fresh };

/** Adds what is missing at a path: a key, and the keys above it. */
export function insertEntry(text: string, document: Document, path: Path, fresh: Fresh): string {
    const upper = path.slice(0, -1);
    const key = String(path.at(-1));
    const parent = nodeAt(document, upper);
    if (isMap(parent)) {
        const pair = pairOf(parent, key);
        if (pair !== undefined) {
            return fillIn(text, document, path, fresh);
        }
        return isFlow(parent)
            ? intoFlow(text, parent, inLine({ [key]: fresh }).slice(2, -2))
            : intoBlock(text, document, parent, { [key]: fresh });
    }
    if (!isEmpty(parent)) {
        return text;
    }
    return upper.length === 0
        ? insertLines(text, text.length, block({ [key]: fresh }, 0, 2))
        : insertEntry(text, document, upper, { [key]: fresh });
}

/** Adds a text at the end of a list. */
export function insertItem(text: string, list: YAMLSeq, item: string): string {
    if (isFlow(list)) {
        return intoFlow(text, list, scalarText(item));
    }
    const first = list.items[0];
    const dash = lineStart(text, spanOf(text, first).from);
    const indent = /^ */.exec(text.slice(dash))?.[0] ?? "";
    return insertLines(text, nextLine(text, spanOf(text, list).to), [`${indent}- ${scalarText(item)}`]);
}

function intoBlock(text: string, document: Document, map: YAMLMap, fresh: Fresh): string {
    const first = map.items[0];
    const column = first === undefined ? 0 : columnOf(text, pairSpan(text, first).from);
    const lines = block(fresh, column, stepOf(text, document));
    return insertLines(text, nextLine(text, spanOf(text, map).to), lines);
}

function intoFlow(text: string, collection: YAMLMap | YAMLSeq, insert: string): string {
    const { to } = spanOf(text, collection);
    const inner = text.slice(0, to - 1).trimEnd();
    const separator = collection.items.length > 0 && !inner.endsWith(",") ? ", " : "";
    return splice(text, { from: inner.length, to: inner.length }, separator + insert);
}

/** Writes behind a key that has no value. */
function fillIn(text: string, document: Document, path: Path, fresh: Fresh): string {
    const parent = nodeAt(document, path.slice(0, -1));
    const pair = isMap(parent) ? pairOf(parent, String(path.at(-1))) : undefined;
    if (pair === undefined || fresh === null) {
        return text;
    }
    const { from, to } = spanOf(text, pair.key);
    const written = isScalar(pair.value) ? spanOf(text, pair.value) : undefined;
    if (written !== undefined && written.to > written.from) {
        return splice(text, written, inLine(fresh));
    }
    const colon = text.indexOf(":", to) + 1;
    if (typeof fresh === "string" || isFlow(parent)) {
        return splice(text, { from: colon, to: colon }, ` ${inLine(fresh)}`);
    }
    const step = stepOf(text, document);
    return insertLines(text, nextLine(text, colon), block(fresh, columnOf(text, from) + step, step));
}

function block(fresh: Fresh, column: number, step: number): readonly string[] {
    const indent = " ".repeat(column);
    if (fresh === null || fresh === true || typeof fresh === "string") {
        return [];
    }
    if (isTexts(fresh)) {
        return fresh.map((item) => `${indent}- ${scalarText(item)}`);
    }
    return Object.entries(fresh).flatMap(([key, value]) => {
        const name = `${indent}${scalarText(key)}:`;
        return typeof value === "string" || value === true
            ? [`${name} ${inLine(value)}`]
            : [name, ...block(value, column + step, step)];
    });
}

function inLine(fresh: Fresh): string {
    if (fresh === null || fresh === true) {
        return String(fresh);
    }
    if (typeof fresh === "string") {
        return scalarText(fresh);
    }
    if (isTexts(fresh)) {
        return `[${fresh.map((item) => scalarText(item)).join(", ")}]`;
    }
    const pairs = Object.entries(fresh).map(([key, value]) => `${scalarText(key)}: ${inLine(value)}`);
    return `{ ${pairs.join(", ")} }`;
}

function isTexts(fresh: Fresh): fresh is readonly string[] {
    return Array.isArray(fresh);
}

/** How much deeper the file writes what belongs to a key. */
function stepOf(text: string, document: Document): number {
    const services = nodeAt(document, ["services"]);
    const first = isMap(services) && !isFlow(services) ? services.items[0] : undefined;
    const column = first === undefined ? 0 : columnOf(text, pairSpan(text, first).from);
    return column > 0 && column <= 8 ? column : 2;
}
