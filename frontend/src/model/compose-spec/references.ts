import { either, entries, list, type NameKind, text, type Value } from "./value.ts";

/** The name of something that the same file defines. */
export function reference(doc: string, names: NameKind): Value {
    return { ...text(doc), names };
}

/** A list of names, or a map from names to settings. */
export function references(doc: string, names: NameKind, settings: Value): Value {
    return either(list(doc, reference(doc, names)), { ...entries(doc, settings), names });
}

/** `service:NAME` beside other words. */
export function serviceMode(doc: string, values: readonly string[]): Value {
    return { ...text(doc, values), names: "services", nameIn: (given) => /^service:(.+)$/.exec(given)?.[1] };
}

/** The volume's name in `NAME:/path`; undefined for paths. */
export function volumeIn(short: string): string | undefined {
    return /^([A-Za-z0-9][\w.-]+):./.exec(short)?.[1];
}
