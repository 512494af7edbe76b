import { parseDocument } from "yaml";
import { definedNames, type DefinedNames } from "./defined-names.ts";
import { composeDocument } from "./document.ts";
import { placeAt, type Place } from "./place.ts";
import type { Value } from "./value.ts";

export interface Offer {
    readonly label: string;
    readonly doc: string;
    readonly kind: "key" | "value" | "name";
    /** What is written in the place of the word. */
    readonly insert: string;
    /** Whether there is something to offer behind it. */
    readonly goesOn: boolean;
}

export interface Offers {
    /** The offset where the word begins that an offer replaces. */
    readonly from: number;
    readonly offers: readonly Offer[];
}

/** What may be written at an offset of a compose file; undefined where nothing is known. */
export function offersAt(text: string, offset: number): Offers | undefined {
    const place = placeAt(text, offset);
    const value = place === undefined ? undefined : valueAt(place.path);
    if (place === undefined || value === undefined) {
        return undefined;
    }
    const names = definedNames(parseDocument(text, { prettyErrors: false, logLevel: "silent", uniqueKeys: false }));
    const hasColon = /^[\w.-]*:/.test(text.slice(offset));
    const offers = place.kind === "value" ? scalarOffers(value, names) : entryOffers(place, value, names, hasColon);
    const own = place.path[0] === "services" ? place.path[1] : undefined;
    const useful = offers.filter(({ kind, label }) => kind !== "name" || label !== own);
    return useful.length === 0 ? undefined : { from: place.from, offers: useful };
}

function valueAt(path: readonly string[]): Value | undefined {
    let value: Value | undefined = composeDocument;
    for (const step of path) {
        value = step === "[]" ? value?.list : (ownKey(value, step) ?? value?.entries);
    }
    return value;
}

function ownKey(value: Value | undefined, key: string): Value | undefined {
    return value?.keys !== undefined && Object.hasOwn(value.keys, key) ? value.keys[key] : undefined;
}

function scalarOffers(value: Value, names: DefinedNames, before = ""): readonly Offer[] {
    const { doc } = value;
    const defined = value.names === undefined ? [] : [...(names[value.names] ?? [])];
    const after = value.nameIn !== undefined && value.names === "volumes" ? ":" : "";
    const prefix = value.nameIn !== undefined && value.names === "services" ? "service:" : "";
    return [
        ...(value.values ?? []).map((label) => offer("value", label, doc, before + quoted(label))),
        ...(value.scalar === undefined
            ? []
            : defined.map((name) => offer("name", prefix + name, doc, before + prefix + name + after))),
    ];
}

/** `no` is a flag for some readers of YAML. */
function quoted(word: string): string {
    return word === "no" ? '"no"' : word;
}

function offer(kind: Offer["kind"], label: string, doc: string, insert: string, goesOn = false): Offer {
    return { kind, label, doc, insert, goesOn };
}

function entryOffers(place: Place, value: Value, names: DefinedNames, hasColon: boolean): readonly Offer[] {
    const keys = Object.entries(value.keys ?? {}).filter(([key]) => !place.siblings.includes(key));
    const used = value.entries !== undefined && value.names !== undefined ? [...(names[value.names] ?? [])] : [];
    const isItem = place.path.at(-1) === "[]";
    return [
        ...keys.map(([key, inner]) => {
            const insert = hasColon ? key : key + behindKey(inner, place.column);
            return offer("key", key, inner.doc, insert, !hasColon && goesOn(inner));
        }),
        ...(isItem ? scalarOffers(value, names) : []),
        // Without a dash yet: the list's items with one.
        ...(!isItem && value.list !== undefined ? scalarOffers(value.list, names, "- ") : []),
        ...(value.list === undefined
            ? used
                  .filter((name) => !place.siblings.includes(name))
                  .map((name) => offer("name", name, value.doc, `${name}:`))
            : []),
    ];
}

function behindKey({ first }: Value, column: number): string {
    const deeper = `:\n${" ".repeat(column + 2)}`;
    switch (first) {
        case "scalar":
            return ": ";
        case "list":
            return `${deeper}- `;
        case "map":
            return deeper;
    }
}

function goesOn(value: Value): boolean {
    const inner = value.first === "list" ? value.list : value;
    return inner !== undefined && [inner.values, inner.names, inner.keys].some((known) => known !== undefined);
}
