import { type Bring, bringItem, bringScalar } from "./brought-files.ts";
import {
    escapeDollars,
    requireSecret,
    resolveVariables,
    usesVariables,
    type VariableMap,
} from "./deployed-variables.ts";
import { rebaseFile, rebaseItem } from "./rebase-path.ts";
import { assignmentsOf, splitAssignment } from "./short-syntax.ts";
import {
    entriesOf,
    isNull,
    itemsOf,
    listNode,
    mapNode,
    textNode,
    textOf,
    type Tree,
    type TreeList,
    type TreeMap,
} from "./tree.ts";

export interface FieldContext {
    readonly variables: VariableMap;
    /** What a place's file sees: an included one may have more, of env files that only it is read with. */
    readonly seenBy: (file: string) => VariableMap;
    /** From the stack's directory to the folder that a place's file takes its paths from; "" for the same. */
    readonly offset: (file: string) => string;
    readonly bring: Bring;
}

/** Fields that may be a list of `KEY=value`, and merge by key. */
const assignmentFields = new Set(["environment", "labels", "annotations", "sysctls"]);
/** Fields that Compose takes for lists, whatever their form: what is said again is added. */
const listFields = new Set(["dns", "dns_opt", "dns_search", "env_file", "extra_hosts", "tmpfs"]);
/** Building and extending are over when the override is read. */
const skippedFields = new Set(["build", "extends", "develop"]);

/** What an override must say so that a service no longer needs the variables; undefined where it uses none. */
export function overrideService(service: TreeMap, context: FieldContext): TreeMap | undefined {
    const fields = entriesOf(service).flatMap(([key, value]) => {
        const changed = skippedFields.has(key) ? undefined : overrideField(key, value, context);
        return changed === undefined ? [] : [[key, changed] as const];
    });
    return fields.length === 0 ? undefined : mapNode(fields);
}

/** The same for a network, volume, secret or config. */
export function overrideSource(source: Tree, context: FieldContext): Tree | undefined {
    const fields = entriesOf(source).flatMap(([key, value]) => {
        const changed = overrideSourceField(key, value, context);
        return changed === undefined ? [] : [[key, changed] as const];
    });
    return fields.length === 0 ? undefined : mapNode(fields);
}

function overrideSourceField(key: string, value: Tree, context: FieldContext): Tree | undefined {
    if (key === "labels") {
        // Compose adds the labels of networks and volumes to each other, and refuses one that stands there twice.
        return overrideWhole(value, context);
    }
    // A config's `environment` is the name of a variable.
    const isText = key === "file" || key === "environment";
    return isText ? overrideScalar(key, value, context) : overrideField(key, value, context);
}

function overrideField(key: string, value: Tree, context: FieldContext): Tree | undefined {
    if (value.tag === "!reset" || key.startsWith("x-")) {
        return undefined;
    }
    if (listFields.has(key) && value.kind !== "list") {
        return overrideListed(key, value, context);
    }
    if (assignmentFields.has(key) && hasPlainKeys(value, context)) {
        return overrideAssignments(key, assignmentsOf(value), context);
    }
    if (value.kind === "list") {
        return overrideList(key, value, context);
    }
    if (value.kind === "map") {
        return overrideMap(value, context);
    }
    return overrideScalar(key, value, context);
}

function overrideScalar(key: string, value: Tree, context: FieldContext): Tree | undefined {
    const text = textOf(value) ?? "";
    if (!usesVariables(text, context.variables)) {
        return bringScalar(key, value, context.bring);
    }
    const resolved = textNode(resolveVariables(text, context.seenBy(value.place.file)), value.place);
    return key === "file" ? rebaseFile(resolved, context.offset(value.place.file)) : resolved;
}

/** One text in the place of a list, or hosts as a map. */
function overrideListed(key: string, value: Tree, context: FieldContext): Tree | undefined {
    return value.kind === "map" ? overrideWhole(value, context) : overrideList(key, listNode([value]), context);
}

/** Replaced whole, what uses no variable with it. */
function overrideWhole(value: Tree, context: FieldContext): Tree | undefined {
    return usesAnywhere(value, context.variables)
        ? { ...resolveAnywhere(value, context), tag: "!override" }
        : undefined;
}

function overrideMap(map: TreeMap, context: FieldContext): Tree | undefined {
    const changed = entriesOf(map).flatMap(([key, value]) => {
        const field = overrideField(key, value, context);
        return field === undefined ? [] : [[key, field] as const];
    });
    return changed.length === 0 ? undefined : mapNode(changed);
}

function hasPlainKeys(value: Tree, context: FieldContext): boolean {
    return itemsOf(value).every(
        (item) => item.kind !== "scalar" || !usesVariables(splitAssignment(item)[0], context.variables),
    );
}

function overrideAssignments(field: string, map: TreeMap, context: FieldContext): Tree | undefined {
    const changed = entriesOf(map).flatMap(([key, value]) => {
        const text = overrideAssignment(field, key, value, context);
        return text === undefined ? [] : [[key, textNode(text)] as const];
    });
    return changed.length === 0 ? undefined : mapNode(changed);
}

function overrideAssignment(field: string, key: string, value: Tree, context: FieldContext): string | undefined {
    // `environment: [X]` takes the variable of the same name.
    const variable = field === "environment" && isNull(value) ? context.variables.get(key) : undefined;
    if (variable !== undefined) {
        return variable.secret ? requireSecret(key, variable.value) : escapeDollars(variable.value);
    }
    const text = textOf(value);
    const isUsing = text !== undefined && usesVariables(text, context.variables);
    return isUsing ? resolveVariables(text, context.seenBy(value.place.file)) : undefined;
}

/** Lists would be appended, so one with a changed item is replaced whole. */
function overrideList(key: string, list: TreeList, context: FieldContext): Tree | undefined {
    const brought = list.items.map((item) => bringItem(key, item, context.bring));
    if (!list.items.some((item, at) => brought[at] !== undefined || usesAnywhere(item, context.variables))) {
        return undefined;
    }
    const items = list.items.map((item, at) => {
        const moved = brought[at] ?? rebaseItem(key, item, context.offset(item.place.file));
        return resolveAnywhere(moved, context);
    });
    return { ...list, items, tag: "!override" };
}

function usesAnywhere(tree: Tree, variables: VariableMap): boolean {
    if (tree.kind === "scalar") {
        return usesVariables(tree.text, variables);
    }
    const children = tree.kind === "list" ? tree.items : [...tree.entries.values()];
    return children.some((child) => usesAnywhere(child, variables));
}

function resolveAnywhere(tree: Tree, context: FieldContext): Tree {
    if (tree.kind === "list") {
        return { ...tree, items: tree.items.map((item) => resolveAnywhere(item, context)) };
    }
    if (tree.kind === "map") {
        return mapNode(entriesOf(tree).map(([key, value]) => [key, resolveAnywhere(value, context)]));
    }
    const seen = context.seenBy(tree.place.file);
    return usesVariables(tree.text, seen) ? textNode(resolveVariables(tree.text, seen)) : tree;
}
