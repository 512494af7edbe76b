/** The names that a compose file defines in one place and uses in others. */
export type NameKind = "services" | "networks" | "volumes" | "configs" | "secrets";

/**
 * What may stand at a place of a compose file. A value may have several shapes: a scalar, a list, a map with known
 * `keys`, a map with `entries` of any name.
 */
export interface Value {
    /** One line for people who write the file. */
    readonly doc: string;
    /** What is offered when the key is completed. */
    readonly first: "scalar" | "list" | "map";
    /** `any`: text, a number or a flag. */
    readonly scalar?: "text" | "number" | "flag" | "any" | undefined;
    /** The scalars that are offered. */
    readonly values?: readonly string[] | undefined;
    /** What a scalar must look like. */
    readonly pattern?: RegExp | undefined;
    readonly list?: Value | undefined;
    readonly keys?: Readonly<Record<string, Value>> | undefined;
    readonly entries?: Value | undefined;
    /** The scalar, or the key of each entry, is such a name. */
    readonly names?: NameKind | undefined;
    /** How the scalar holds the name; the whole of it where left out. Answers undefined where it holds none. */
    readonly nameIn?: ((text: string) => string | undefined) | undefined;
}

type Values = Readonly<Record<string, Value>>;

export function text(doc: string, values?: readonly string[]): Value {
    return { doc, first: "scalar", scalar: "text", ...(values === undefined ? {} : { values }) };
}

export function number(doc: string): Value {
    return { doc, first: "scalar", scalar: "number" };
}

export function flag(doc: string): Value {
    return { doc, first: "scalar", scalar: "flag", values: ["true", "false"] };
}

/** Any scalar. */
export function plain(doc: string): Value {
    return { doc, first: "scalar", scalar: "any" };
}

/** One of a few words, or what `pattern` says beside them. */
export function oneOf(doc: string, values: readonly string[], pattern?: RegExp): Value {
    return { doc, first: "scalar", scalar: "text", values, pattern: pattern ?? new RegExp(`^(${values.join("|")})$`) };
}

export function list(doc: string, item: Value = plain(doc)): Value {
    return { doc, first: "list", list: item };
}

export function map(doc: string, keys: Values): Value {
    return { doc, first: "map", keys };
}

/** A map with names of the writer's choice. */
export function entries(doc: string, value: Value = plain(doc)): Value {
    return { doc, first: "map", entries: value };
}

/** Shapes that may stand for each other; the first is offered. */
export function either(first: Value, ...others: readonly Value[]): Value {
    return others.reduce<Value>((all, other) => ({ ...other, ...all }), first);
}

/** `KEY=value` lines or a map. */
export function assignments(doc: string): Value {
    return either(entries(doc), list(doc));
}

/** One text or several. */
export function textOrList(doc: string): Value {
    return either(text(doc), list(doc));
}
