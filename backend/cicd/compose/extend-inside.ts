import { mergeServices } from "./merge-trees.ts";
import { entriesOf, mapNode, textOf, type Tree, treeAt, type TreeMap } from "./tree.ts";

/**
 * A compose file whose services have what they extend of the same file put in, as Compose does it before it merges a
 * later file: what that one changes of the extended service is no matter of those that extend it. What is extended of
 * other files stays named.
 */
export function extendInside(file: TreeMap): TreeMap {
    const services = entriesOf(treeAt(file, "services"));
    if (!services.some(([, service]) => innerTarget(service) !== undefined)) {
        return file;
    }
    const extended = services.map(([name, service]) => [name, extendOne(file, service, [name])] as const);
    return { ...file, entries: new Map([...file.entries, ["services", mapNode(extended, file.place)]]) };
}

/** `seen`: those that lead here; a service that extends itself is left to Compose to refuse. */
function extendOne(file: TreeMap, service: Tree, seen: readonly string[]): Tree {
    const target = innerTarget(service);
    const base = target === undefined ? undefined : treeAt(file, "services", target);
    if (target === undefined || service.kind !== "map" || base?.kind !== "map" || seen.includes(target)) {
        return service;
    }
    const below = extendOne(file, base, [...seen, target]);
    const own = mapNode(
        [...service.entries].filter(([key]) => key !== "extends"),
        service.place,
    );
    return below.kind === "map" ? { ...mergeServices(below, own), place: service.place, tag: service.tag } : service;
}

/** The service of the same file that is extended. */
function innerTarget(service: Tree): string | undefined {
    const extension = treeAt(service, "extends");
    return treeAt(extension, "file") === undefined
        ? (textOf(extension) ?? textOf(treeAt(extension, "service")))
        : undefined;
}
