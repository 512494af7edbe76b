import type { FileReference } from "./file-reference.ts";
import { eitherFolder, pathReference, type ReferencePlace } from "./path-reference.ts";
import { assignmentsOf } from "./short-syntax.ts";
import { entriesOf, isNull, itemsOf, textOf, type Tree, treeAt, type TreeScalar } from "./tree.ts";

/** What a service's `build` reads beside its Dockerfile: contexts, keys, local caches. */
export function buildReferences(at: ReferencePlace, what: string, build: Tree | undefined): readonly FileReference[] {
    if (build === undefined || isNull(build) || build.tag === "!reset") {
        return [];
    }
    const context = build.kind === "map" ? treeAt(build, "context") : build;
    const reference = (name: string, node: Tree, path?: string): FileReference =>
        pathReference(at, `${what}.${name}`, node, path === undefined ? { use: "build" } : { use: "build", path });
    return [
        ...(context === undefined || isNull(context) ? [] : [reference("context", context)]),
        ...additionalContexts(build).map((node) => reference("additional_contexts", node)),
        ...sshKeys(build).flatMap((node) => eitherFolder(at, reference("ssh", node))),
        ...localCaches(build).flatMap(([node, path]) =>
            eitherFolder(at, { ...reference("cache", node, path), use: "inside" }),
        ),
    ];
}

/** Images and other services are no files. */
function additionalContexts(build: Tree): readonly Tree[] {
    return assignedTexts(treeAt(build, "additional_contexts")).filter(
        (node) => !/^(docker-image:\/\/|(service|target):[\w.-]+$)/.test(textOf(node) ?? ""),
    );
}

/** `default` is the agent's socket, which no build is given; `id=path` is a key file of this machine. */
function sshKeys(build: Tree): readonly Tree[] {
    return assignedTexts(treeAt(build, "ssh")).filter((node) => textOf(node) !== "");
}

/** The values; and whole items of a list of which it is not sure where their value begins. */
function assignedTexts(tree: Tree | undefined): readonly Tree[] {
    const items = tree?.kind === "list" ? tree.items : [];
    const unsure = items.filter((item) => item.kind === "scalar" && isUnsure(item));
    const sure = tree?.kind === "list" ? { ...tree, items: items.filter((item) => !unsure.includes(item)) } : tree;
    const nodes = entriesOf(sure && assignmentsOf(sure)).map(([, node]) => node);
    return [...unsure, ...nodes.filter((node) => textOf(node) !== undefined)];
}

function isUnsure({ filled }: TreeScalar): boolean {
    return filled !== undefined && (!filled.clear || filled.machine.length > 0);
}

/** Builders read these as a line of CSV: quotes, capitals and repeated keys all count. */
function localCaches(build: Tree): readonly (readonly [node: Tree, path: string])[] {
    const caches = ["cache_from", "cache_to"].flatMap((key) => itemsOf(treeAt(build, key)));
    return caches.flatMap((node) => {
        const fields = (textOf(node) ?? "").replaceAll('"', "").split(/[,\n]/).map(cacheField);
        if (node.kind === "scalar" && isUnsure(node)) {
            return [[node, textOf(node) ?? ""] as const];
        }
        const isLocal = fields.some(([key, value]) => key === "type" && value.toLowerCase() === "local");
        const paths = fields.flatMap(([key, value]) => (key === "src" || key === "dest" ? [value] : []));
        return isLocal ? paths.map((path) => [node, path] as const) : [];
    });
}

function cacheField(field: string): readonly [key: string, value: string] {
    const at = field.indexOf("=");
    return at < 0 ? ["", field] : [field.slice(0, at).trim().toLowerCase(), field.slice(at + 1).trim()];
}
