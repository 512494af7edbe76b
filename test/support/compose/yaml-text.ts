/** A value to be written as YAML. */
export type Yaml = string | number | boolean | null | RawYaml | readonly Yaml[] | YamlMap;

export interface YamlMap {
    /** Undefined is left out. */
    readonly [key: string]: Yaml | undefined;
}

/** YAML as it stands: an alias, a plain scalar, something with a tag. */
export class RawYaml {
    readonly text: string;

    constructor(text: string) {
        this.text = text;
    }
}

export const raw = (text: string): RawYaml => new RawYaml(text);
export const tagged = (tag: "!reset" | "!override", value: Yaml): RawYaml => raw(`${tag} ${flowYaml(value)}`);

/** One line of YAML. The key `<<` is written plainly, so that it merges. */
function flowYaml(value: Yaml): string {
    if (value instanceof RawYaml) {
        return value.text;
    }
    if (isList(value)) {
        return `[${value.map(flowYaml).join(", ")}]`;
    }
    if (typeof value === "object" && value !== null) {
        return `{${entriesOf(value).map(pair).join(", ")}}`;
    }
    return JSON.stringify(value);
}

/** A map in block style down to a depth, one key a line; below that in one line each. */
export function blockYaml(map: YamlMap, depth: number, indent = ""): string {
    return entriesOf(map)
        .map(([key, value]) => {
            if (depth === 0 || !isMap(value) || Object.keys(value).length === 0) {
                return `${indent}${keyText(key)}: ${flowYaml(value)}\n`;
            }
            return `${indent}${keyText(key)}:\n${blockYaml(value, depth - 1, `${indent}  `)}`;
        })
        .join("");
}

function pair([key, value]: readonly [string, Yaml]): string {
    return `${keyText(key)}: ${flowYaml(value)}`;
}

function keyText(key: string): string {
    return /^([a-z][a-z_-]+|<<)$/.test(key) ? key : JSON.stringify(key);
}

function entriesOf(map: YamlMap): readonly (readonly [string, Yaml])[] {
    return Object.entries(map).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}

export function isMap(value: Yaml | undefined): value is YamlMap {
    return typeof value === "object" && value !== null && !isList(value) && !(value instanceof RawYaml);
}

function isList(value: Yaml | undefined): value is readonly Yaml[] {
    return Array.isArray(value);
}
