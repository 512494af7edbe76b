import { type Bring, bringItem, bringScalar } from "./brought-files.ts";
import {
    escapeDollars,
    requireSecret,
    resolveVariables,
    usesVariables,
    type VariableMap,
} from "./deployed-variables.ts";
import { rebaseItem } from "./rebase-path.ts";
import { assignmentsOf, splitAssignment } from "./short-syntax.ts";
import {
    entriesOf,
    isNull,
    itemsOf,
    mapNode,
    textNode,
    textOf,
    type Tree,
    type TreeList,
    type TreeMap,
} from "./tree.ts";

export interface FieldContext {
    readonly variables: VariableMap;
    /** From the stack's directory to the folder that a place's file takes its paths from; "" for the same. */
    readonly offset: (file: string) => string;
    readonly bring: Bring;
}

/** Fields that may be a list of `KEY=value`, and merge by key. */
const assignmentFields = new Set(["environment", "labels", "annotations", "sysctls"]);
/** Building and extending are over when the override is read. */
const skippedFields = new Set(["build", "extends", "develop"]);

/** What an override must say so that a service no longer needs the variables; undefined where it uses none. */
export function overrideService(service: TreeMap, context: FieldContext): TreeMap | undefined {
    const fields = entriesOf(service).flatMap(([key, value]) => {
        const skipped = skippedFields.has(key) || key.startsWith("x-");
        const changed = skipped ? undefined : overrideField(key, value, context);
        return changed === undefined ? [] : [[key, changed] as const];
    });
    return fields.length === 0 ? undefined : mapNode(fields);
}

/** The same for a network, volume, secret or config. */
export function overrideValue(value: Tree, context: FieldContext): Tree | undefined {
    return overrideField("", value, context);
}

function overrideField(key: string, value: Tree, context: FieldContext): Tree | undefined {
    if (value.tag === "!reset") {
        return undefined;
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
    return usesVariables(value.text, context.variables)
        ? textNode(resolveVariables(value.text, context.variables))
        : bringScalar(key, value, context.bring);
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
        const text = overrideAssignment(field, key, value, context.variables);
        return text === undefined ? [] : [[key, textNode(text)] as const];
    });
    return changed.length === 0 ? undefined : mapNode(changed);
}

function overrideAssignment(field: string, key: string, value: Tree, variables: VariableMap): string | undefined {
    // `environment: [X]` takes the variable of the same name.
    const variable = field === "environment" && isNull(value) ? variables.get(key) : undefined;
    if (variable !== undefined) {
        return variable.secret ? requireSecret(key, variable.value) : escapeDollars(variable.value);
    }
    const text = textOf(value);
    return text !== undefined && usesVariables(text, variables) ? resolveVariables(text, variables) : undefined;
}

/** Lists would be appended, so one with a changed item is replaced whole. */
function overrideList(key: string, list: TreeList, context: FieldContext): Tree | undefined {
    const brought = list.items.map((item) => bringItem(key, item, context.bring));
    if (!list.items.some((item, at) => brought[at] !== undefined || usesAnywhere(item, context.variables))) {
        return undefined;
    }
    const items = list.items.map((item, at) => {
        const moved = brought[at] ?? rebaseItem(key, item, context.offset(item.place.file));
        return resolveAnywhere(moved, context.variables);
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

function resolveAnywhere(tree: Tree, variables: VariableMap): Tree {
    if (tree.kind === "list") {
        return { ...tree, items: tree.items.map((item) => resolveAnywhere(item, variables)) };
    }
    if (tree.kind === "map") {
        return mapNode(entriesOf(tree).map(([key, value]) => [key, resolveAnywhere(value, variables)]));
    }
    return usesVariables(tree.text, variables) ? textNode(resolveVariables(tree.text, variables)) : tree;
}
