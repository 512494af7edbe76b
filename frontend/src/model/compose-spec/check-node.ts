import { isAlias, isMap, isNode, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from "yaml";
import { keyText, type DefinedNames } from "./defined-names.ts";
import type { Finding, FoundWhat, Shape } from "./finding.ts";
import { nearest } from "./nearest.ts";
import { plainText } from "./plain-text.ts";
import { volumeIn } from "./references.ts";
import type { NameKind, Value } from "./value.ts";

/** How a file is checked. */
export interface Check {
    /** Undefined where names may be defined elsewhere. */
    readonly names: DefinedNames | undefined;
    report(finding: Finding): void;
}

/** Reports what is wrong with a node at a place; `name` is its key. Aliases, empty nodes and variables pass. */
export function checkNode(check: Check, node: unknown, value: Value, name: string): void {
    if (!isNode(node) || isAlias(node) || node.tag === "!reset") {
        return;
    }
    if (isScalar(node)) {
        checkScalar(check, node, value, name);
    } else if (isSeq(node) && value.list !== undefined) {
        const { list } = value;
        node.items.forEach((item) => checkNode(check, item, list, name));
    } else if (isMap(node) && (value.keys ?? value.entries) !== undefined) {
        checkMap(check, node, value);
    } else {
        report(check, node, { code: "needs", name, shapes: shapesOf(value) });
    }
}

function checkMap(check: Check, map: YAMLMap, value: Value): void {
    checkLongMount(check, map, value);
    for (const pair of map.items) {
        const name = keyText(pair.key);
        if (name !== "" && name !== "<<") {
            checkPair(check, pair, name, value);
        }
    }
}

function checkPair(check: Check, { key, value: node }: Pair, name: string, value: Value): void {
    const known = value.keys !== undefined && Object.hasOwn(value.keys, name) ? value.keys[name] : undefined;
    const inner = known ?? value.entries;
    if (inner !== undefined) {
        if (known === undefined && value.names !== undefined && !isOptional(node)) {
            checkName(check, key, name, value.names);
        }
        checkNode(check, node, inner, name);
        return;
    }
    if (!name.startsWith("x-") && !name.includes("$")) {
        const near = nearest(name, Object.keys(value.keys ?? {}));
        const what =
            near === undefined
                ? { code: "unknownKey" as const, name }
                : { code: "unknownKeyNear" as const, name, near };
        check.report({ ...rangeOf(key), severity: "warning", ...what });
    }
}

/** `required: false` of a dependency. */
function isOptional(node: unknown): boolean {
    return isMap(node) && node.get("required") === false;
}

/** The source of a long mount is a volume's name only where its type says so. */
function checkLongMount(check: Check, map: YAMLMap, { keys }: Value): void {
    const source = map.get("source", true);
    if (keys?.["tmpfs"] !== undefined && map.get("type") === "volume" && isScalar(source)) {
        const name = volumeIn(`${String(source.value)}:/`);
        if (name !== undefined) {
            checkName(check, source, name, "volumes");
        }
    }
}

function checkScalar(check: Check, node: Scalar, value: Value, name: string): void {
    const given = node.value;
    if (given === null || (typeof given === "string" && given.includes("$"))) {
        return;
    }
    if (value.scalar === undefined || !isOfKind(given, value.scalar)) {
        report(check, node, { code: "needs", name, shapes: shapesOf(value) });
        return;
    }
    const text = plainText(given);
    if (value.pattern !== undefined && !value.pattern.test(text)) {
        report(check, node, { code: "notOneOf", name, values: (value.values ?? []).join(", ") });
    }
    const named = value.nameIn === undefined ? text : value.nameIn(text);
    if (value.names !== undefined && named !== undefined) {
        checkName(check, node, named, value.names);
    }
}

function checkName(check: Check, node: unknown, name: string, kind: NameKind): void {
    const defined = check.names?.[kind];
    if (defined !== undefined && !defined.has(name) && !name.includes("$")) {
        check.report({ ...rangeOf(node), severity: "error", code: "undefinedName", name, kind });
    }
}

function isOfKind(given: unknown, kind: NonNullable<Value["scalar"]>): boolean {
    switch (kind) {
        case "text":
            return typeof given === "string";
        case "number":
            return typeof given === "number" || (typeof given === "string" && /^[-+]?[\d.]+$/.test(given));
        case "flag":
            return typeof given === "boolean" || /^(true|false|yes|no|on|off|y|n)$/i.test(String(given));
        case "any":
            return true;
    }
}

function shapesOf(value: Value): readonly Shape[] {
    const scalar: Shape | undefined = value.scalar === "any" ? "scalar" : value.scalar;
    return [
        ...(scalar === undefined ? [] : [scalar]),
        ...(value.list === undefined ? [] : ["list" as const]),
        ...((value.keys ?? value.entries) === undefined ? [] : ["map" as const]),
    ];
}

type WrongValue = Extract<FoundWhat, { readonly code: "needs" | "notOneOf" }>;

function report(check: Check, node: unknown, what: WrongValue): void {
    check.report({ ...rangeOf(node), severity: "error", ...what });
}

function rangeOf(node: unknown): { readonly from: number; readonly to: number } {
    const [from, to] = isNode(node) ? (node.range ?? [0, 0]) : [0, 0];
    return { from, to };
}
