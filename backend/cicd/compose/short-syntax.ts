import { entriesOf, itemsOf, mapNode, textNode, textOf, type Tree, type TreeMap, type TreeScalar } from "./tree.ts";

/** Splits at a character, but not inside `${…}`. */
export function splitOutsideVariables(text: string, separator: string): readonly string[] {
    const parts: string[] = [];
    let open = 0;
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
        if (text.startsWith("${", at)) {
            open += 1;
        } else if (text[at] === "}" && open > 0) {
            open -= 1;
        } else if (text[at] === separator && open === 0) {
            parts.push(text.slice(from, at));
            from = at + 1;
        }
    }
    return [...parts, text.slice(from)];
}

/** `KEY=value` as Compose reads an item of `environment`, `labels` …; no value where there is no `=`. */
export function splitAssignment(item: TreeScalar): readonly [string, Tree] {
    const [key = "", ...rest] = splitOutsideVariables(item.text, "=");
    const missing: TreeScalar = { kind: "scalar", text: "", style: "plain", place: item.place };
    const value = { ...textNode(rest.join("="), item.place), filled: item.filled };
    return [key, rest.length === 0 ? missing : value];
}

/** The map form of a value that may also be a list of `KEY=value`. */
export function assignmentsOf(tree: Tree): TreeMap {
    if (tree.kind === "map") {
        return tree;
    }
    const scalars = itemsOf(tree).filter((item) => item.kind === "scalar");
    return { ...mapNode(scalars.map(splitAssignment), tree.place), tag: tree.tag };
}

/** Whether it is a list of `KEY=value` with a variable in a key. */
export function hasVariableKeys(tree: Tree): boolean {
    return tree.kind === "list" && entriesOf(assignmentsOf(tree)).some(([key]) => key.includes("$"));
}

/** The list form of a map of assignments. */
export function assignmentList(tree: Tree): readonly Tree[] {
    if (tree.kind !== "map") {
        return itemsOf(tree);
    }
    return entriesOf(tree).map(([key, value]) => {
        const name = key.replaceAll("$", "$$$$");
        const text = textOf(value);
        return textNode(text === undefined ? name : `${name}=${text}`, value.place);
    });
}

/** The map form of a value that may also be a list of names (`depends_on`, `networks`). */
export function namesToMap(tree: Tree, value: (item: Tree) => Tree): TreeMap {
    if (tree.kind === "map") {
        return tree;
    }
    const named = itemsOf(tree).flatMap((item) => {
        const name = textOf(item);
        return name === undefined ? [] : [[name, value(item)] as const];
    });
    return { ...mapNode(named, tree.place), tag: tree.tag };
}

/** A mount of a service. */
export interface Mount {
    /** What is mounted, as written; undefined for an anonymous volume or a tmpfs. */
    readonly source: string | undefined;
    readonly target: string;
    /** Whether the source is a path of the host rather than a named volume. */
    readonly isBind: boolean;
    /** Where the source stands. */
    readonly sourceNode: TreeScalar | undefined;
    readonly node: Tree;
}

/** The mount that an item of `volumes` means; undefined for one without a target. */
export function mountOf(node: Tree): Mount | undefined {
    if (node.kind === "map") {
        return longMount(node);
    }
    const text = textOf(node);
    if (text === undefined) {
        return undefined;
    }
    const [first = "", second] = mountParts(text);
    const sourceNode = node.kind === "scalar" ? node : undefined;
    return second === undefined
        ? { source: undefined, target: first, isBind: false, sourceNode: undefined, node }
        : { source: first, target: second, isBind: looksLikePath(first), sourceNode, node };
}

/** Compose takes a single letter before the first colon for a drive, so that it belongs to the path behind it. */
function mountParts(text: string): readonly string[] {
    const parts = splitOutsideVariables(text, ":");
    const [drive = "", path, ...others] = parts;
    return /^\p{L}$/u.test(drive) && path !== undefined && others.length > 0 ? [`${drive}:${path}`, ...others] : parts;
}

function longMount(node: TreeMap): Mount | undefined {
    const fields = new Map(entriesOf(node).map(([key, value]) => [key, textOf(value)]));
    const target = fields.get("target") ?? fields.get("destination") ?? fields.get("dst");
    const found = node.entries.get("source") ?? node.entries.get("src");
    const sourceNode = found?.kind === "scalar" ? found : undefined;
    const source = textOf(found);
    return target === undefined ? undefined : { source, target, isBind: isBindType(node), sourceNode, node };
}

/** What is not surely something else: a type that a variable decides may turn out to be `bind`. */
function isBindType(node: TreeMap): boolean {
    const type = node.entries.get("type");
    const known = ["volume", "tmpfs", "npipe", "cluster", "image"].includes(textOf(type) ?? "");
    const isSure = type?.kind !== "scalar" || type.filled === undefined || type.filled.machine.length === 0;
    return !known || !isSure;
}

/** Whether a short mount's source is a path; a variable may turn out to be one. */
export function looksLikePath(source: string): boolean {
    return /^([./~$\\]|\p{L}:)/u.test(source);
}
