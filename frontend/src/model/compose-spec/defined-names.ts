import { isAlias, isMap, isScalar, isSeq, type Document, type YAMLMap } from "yaml";
import { plainText } from "./plain-text.ts";
import type { NameKind } from "./value.ts";

/** The names of one kind that a file defines; undefined where they cannot be told, such as those of included files. */
export type DefinedNames = Readonly<Record<NameKind, ReadonlySet<string> | undefined>>;

export function definedNames(document: Document): DefinedNames {
    const included = document.has("include");
    const names = (kind: NameKind): ReadonlySet<string> | undefined => (included ? undefined : namesOf(document, kind));
    return {
        services: names("services"),
        networks: names("networks"),
        volumes: names("volumes"),
        configs: names("configs"),
        secrets: names("secrets"),
    };
}

function namesOf(document: Document, kind: NameKind): ReadonlySet<string> | undefined {
    const implied = kind === "networks" ? ["default"] : [];
    const section = isMap(document.contents) ? document.get(kind, true) : undefined;
    const keys = keysOf(document, section);
    return keys === undefined ? undefined : new Set([...implied, ...keys]);
}

/** The keys of a map, with those that are merged into it. */
export function keysOf(document: Document, node: unknown): readonly string[] | undefined {
    if (isAlias(node)) {
        return keysOf(document, node.resolve(document));
    }
    if (isMap(node)) {
        return keysOfMap(document, node);
    }
    const isEmpty = node === undefined || node === null || (isScalar(node) && node.value === null);
    return isEmpty ? [] : undefined;
}

function keysOfMap(document: Document, node: YAMLMap): readonly string[] | undefined {
    const keys: string[] = [];
    for (const { key, value } of node.items) {
        const name = keyText(key);
        const found = name === "<<" ? mergedKeys(document, value) : [name];
        if (found === undefined) {
            return undefined;
        }
        keys.push(...found);
    }
    return keys;
}

function mergedKeys(document: Document, value: unknown): readonly string[] | undefined {
    const sources = isSeq(value) ? value.items.map((item) => keysOf(document, item)) : [keysOf(document, value)];
    return sources.every((source) => source !== undefined) ? sources.flat() : undefined;
}

/** A key as text; empty for a key that is none. */
export function keyText(key: unknown): string {
    return isScalar(key) ? plainText(key.value) : "";
}
