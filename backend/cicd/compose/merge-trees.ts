import { assignmentList, assignmentsOf, hasVariableKeys, mountOf, namesToMap } from "./short-syntax.ts";
import {
    entriesOf,
    isNull,
    itemsOf,
    listNode,
    mapNode,
    textNode,
    textOf,
    type Tree,
    treeAt,
    type TreeMap,
} from "./tree.ts";

interface At {
    readonly path: readonly string[];
    /**
     * Whether Compose's tags must outlast the merge: what the service extends is put below the result, and they mean
     * that too.
     */
    readonly keepsTags: boolean;
}

type Rule = (base: Tree, over: Tree, at: At) => Tree;

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
    ["services.*.dns", append],
    ["services.*.dns_opt", append],
    ["services.*.dns_search", append],
    ["services.*.env_file", append],
    ["services.*.tmpfs", append],
    ["services.*.extra_hosts", mergeHosts],
    ["networks.*.ipam.config", mergeSubnets],
    ["networks.*.labels", mergeAssignments],
    ["volumes.*.labels", mergeAssignments],
    ["secrets.*.labels", mergeAssignments],
    ["configs.*.labels", mergeAssignments],
];

/** Merges a compose file over another by Compose's rules; `${…}` stays as it is. */
export function mergeTrees(base: TreeMap, over: TreeMap): TreeMap {
    return mergeMaps(base, over, { path: [], keepsTags: false });
}

/** Merges a service over the one that it extends. */
export function mergeServices(base: TreeMap, over: TreeMap): TreeMap {
    return mergeMaps(base, over, { path: ["services", "extended"], keepsTags: false });
}

function mergeMaps(base: TreeMap, over: TreeMap, at: At): TreeMap {
    const entries = new Map(base.entries);
    const inside = isService(at.path) ? { ...at, keepsTags: base.entries.has("extends") } : at;
    for (const [key, value] of over.entries) {
        const before = entries.get(key);
        if (value.tag === "!reset" && !inside.keepsTags) {
            entries.delete(key);
        } else {
            entries.set(key, mergeValues(before, value, { ...inside, path: [...at.path, key] }));
        }
    }
    return { ...base, entries };
}

/** A key without a value adds nothing to what is there, but for commands and `KEY:` alone. */
function mergeValues(base: Tree | undefined, over: Tree, at: At): Tree {
    if (base === undefined || over.tag !== undefined) {
        return at.keepsTags ? over : withoutTag(over);
    }
    if (base.tag === "!reset") {
        return at.keepsTags ? { ...over, tag: "!override" } : over;
    }
    if (isNull(base)) {
        return over;
    }
    const rule = ruleFor(at.path);
    if (isNull(over)) {
        return rule === replace || ruleFor(at.path.slice(0, -1)) === mergeAssignments ? over : base;
    }
    return { ...(rule ?? mergeByKind)(base, over, at), tag: base.tag };
}

function ruleFor(path: readonly string[]): Rule | undefined {
    return rules.find(([pattern]) => matches(pattern, path))?.[1];
}

function isService(path: readonly string[]): boolean {
    return path.length === 2 && path[0] === "services";
}

function matches(pattern: string, path: readonly string[]): boolean {
    const parts = pattern.split(".");
    return parts.length === path.length && parts.every((part, index) => part === "*" || part === path[index]);
}

function mergeByKind(base: Tree, over: Tree, at: At): Tree {
    if (base.kind === "map" && over.kind === "map") {
        return mergeMaps(base, over, at);
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

/** By key. Compose puts variables into the keys of a list only, so such a list stays one. */
function mergeAssignments(base: Tree, over: Tree, at: At): Tree {
    return [base, over].some(hasVariableKeys)
        ? listNode([...assignmentList(base), ...assignmentList(over)], base.place)
        : mergeMaps(assignmentsOf(base), assignmentsOf(over), at);
}

function mergeBuild(base: Tree, over: Tree, at: At): Tree {
    const [left, right] = [buildMap(base), buildMap(over)];
    return mergeMaps(left, right, at);
}

function buildMap(build: Tree): TreeMap {
    return build.kind === "map" ? build : mapNode([["context", build]], build.place);
}

function mergeDependencies(base: Tree, over: Tree, at: At): Tree {
    const started = (item: Tree): Tree => mapNode([["condition", textNode("service_started", item.place)]], item.place);
    return mergeMaps(namesToMap(base, started), namesToMap(over, started), at);
}

function mergeNetworks(base: Tree, over: Tree, at: At): Tree {
    const nothing = (item: Tree): Tree => ({ kind: "scalar", text: "", style: "plain", place: item.place });
    return mergeMaps(namesToMap(base, nothing), namesToMap(over, nothing), at);
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

/** A map means `host=address` for each; the same host may have several. */
function mergeHosts(base: Tree, over: Tree): Tree {
    return append(hostList(base), hostList(over));
}

function hostList(hosts: Tree): Tree {
    if (hosts.kind !== "map") {
        return hosts;
    }
    const items = entriesOf(hosts).flatMap(([host, addresses]) =>
        itemsOf(addresses).map((address) => textNode(`${host}=${textOf(address) ?? ""}`, address.place)),
    );
    return listNode(items, hosts.place);
}

/** By subnet. */
function mergeSubnets(base: Tree, over: Tree, at: At): Tree {
    const items = [...itemsOf(base)];
    for (const item of itemsOf(over)) {
        const subnet = textOf(treeAt(item, "subnet"));
        const known = items.findIndex((one) => subnet !== undefined && textOf(treeAt(one, "subnet")) === subnet);
        const before = items[known];
        items.splice(known < 0 ? items.length : known, 1, before ? mergeByKind(before, item, at) : item);
    }
    return listNode(items, base.place);
}

/** Options belong to their driver. */
function mergeLogging(base: Tree, over: Tree, at: At): Tree {
    if (base.kind !== "map" || over.kind !== "map") {
        return over;
    }
    const [before, after] = [base, over].map((logging) => textOf(logging.entries.get("driver")));
    const same = before === undefined || after === undefined || before === after;
    return same ? mergeMaps(base, over, at) : over;
}

function withoutTag(tree: Tree): Tree {
    return tree.tag === undefined ? tree : { ...tree, tag: undefined };
}
