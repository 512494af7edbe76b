import { assignmentsOf, mountOf, namesToMap } from "./short-syntax.ts";
import { isNull, itemsOf, listNode, mapNode, textNode, textOf, type Tree, type TreeMap } from "./tree.ts";

type Path = readonly string[];
type Rule = (base: Tree, over: Tree, path: Path) => Tree;

/** Where Compose does something else than: maps by key, lists one after the other, the rest replaced. */
const rules: readonly (readonly [pattern: string, rule: Rule])[] = [
    ["services.*.command", replace],
    ["services.*.entrypoint", replace],
    ["services.*.healthcheck.test", replace],
    ["services.*.environment", mergeAssignments],
    ["services.*.labels", mergeAssignments],
    ["services.*.annotations", mergeAssignments],
    ["services.*.sysctls", mergeAssignments],
    ["services.*.deploy.labels", mergeAssignments],
    ["services.*.build", mergeBuild],
    ["services.*.build.args", mergeAssignments],
    ["services.*.build.labels", mergeAssignments],
    ["services.*.build.additional_contexts", mergeAssignments],
    ["services.*.depends_on", mergeDependencies],
    ["services.*.networks", mergeNetworks],
    ["services.*.volumes", mergeMounts],
    ["services.*.logging", mergeLogging],
    ["networks.*.labels", mergeAssignments],
    ["volumes.*.labels", mergeAssignments],
    ["secrets.*.labels", mergeAssignments],
    ["configs.*.labels", mergeAssignments],
];

/** Merges a compose file over another by Compose's rules; `${…}` stays as it is. */
export function mergeTrees(base: TreeMap, over: TreeMap): TreeMap {
    return mergeMaps(base, over, []);
}

/** Merges a service over the one that it extends. */
export function mergeServices(base: TreeMap, over: TreeMap): TreeMap {
    return mergeMaps(base, over, ["services", "extended"]);
}

function mergeMaps(base: TreeMap, over: TreeMap, path: Path): TreeMap {
    const entries = new Map(base.entries);
    for (const [key, value] of over.entries) {
        const before = entries.get(key);
        if (value.tag === "!reset") {
            entries.delete(key);
        } else {
            entries.set(key, before === undefined ? withoutTag(value) : mergeValues(before, value, [...path, key]));
        }
    }
    return { ...base, entries };
}

function mergeValues(base: Tree, over: Tree, path: Path): Tree {
    if (over.tag === "!override" || isNull(base)) {
        return withoutTag(over);
    }
    if (isNull(over)) {
        return isServiceOrSource(path) ? base : over;
    }
    const rule = rules.find(([pattern]) => matches(pattern, path))?.[1] ?? mergeByKind;
    return rule(base, over, path);
}

/** `web:` or `data:` without a value adds nothing to what is there. */
function isServiceOrSource(path: Path): boolean {
    return path.length <= 2;
}

function matches(pattern: string, path: Path): boolean {
    const parts = pattern.split(".");
    return parts.length === path.length && parts.every((part, index) => part === "*" || part === path[index]);
}

function mergeByKind(base: Tree, over: Tree, path: Path): Tree {
    if (base.kind === "map" && over.kind === "map") {
        return mergeMaps(base, over, path);
    }
    return base.kind === "list" || over.kind === "list" ? append(base, over) : over;
}

function replace(_base: Tree, over: Tree): Tree {
    return over;
}

/** Lists one after the other; an item that is there word by word is not repeated. */
function append(base: Tree, over: Tree): Tree {
    const items = itemsOf(base);
    const known = new Set(items.map(textOf));
    const added = itemsOf(over).filter((item) => textOf(item) === undefined || !known.has(textOf(item)));
    return { ...listNode([...items, ...added], base.place) };
}

function mergeAssignments(base: Tree, over: Tree, path: Path): Tree {
    return mergeMaps(assignmentsOf(base), assignmentsOf(over), path);
}

function mergeBuild(base: Tree, over: Tree, path: Path): Tree {
    const [left, right] = [buildMap(base), buildMap(over)];
    return mergeMaps(left, right, path);
}

function buildMap(build: Tree): TreeMap {
    return build.kind === "map" ? build : mapNode([["context", build]], build.place);
}

function mergeDependencies(base: Tree, over: Tree, path: Path): Tree {
    const started = (item: Tree): Tree => mapNode([["condition", textNode("service_started", item.place)]], item.place);
    return mergeMaps(namesToMap(base, started), namesToMap(over, started), path);
}

function mergeNetworks(base: Tree, over: Tree, path: Path): Tree {
    const nothing = (item: Tree): Tree => ({ kind: "scalar", text: "", style: "plain", place: item.place });
    return mergeMaps(namesToMap(base, nothing), namesToMap(over, nothing), path);
}

/** By container path: a mount on the same path takes the other's place. */
function mergeMounts(base: Tree, over: Tree): Tree {
    const items = [...itemsOf(base)];
    for (const item of itemsOf(over)) {
        const target = mountOf(item)?.target;
        const at = items.findIndex((known) => target !== undefined && mountOf(known)?.target === target);
        items.splice(at < 0 ? items.length : at, at < 0 ? 0 : 1, item);
    }
    return listNode(items, base.place);
}

/** Options belong to their driver. */
function mergeLogging(base: Tree, over: Tree, path: Path): Tree {
    if (base.kind !== "map" || over.kind !== "map") {
        return over;
    }
    const [before, after] = [base, over].map((logging) => textOf(logging.entries.get("driver")));
    const same = before === undefined || after === undefined || before === after;
    return same ? mergeMaps(base, over, path) : over;
}

function withoutTag(tree: Tree): Tree {
    return tree.tag === undefined ? tree : { ...tree, tag: undefined };
}
