import { extendedFile } from "./build-steps.ts";
import type { ComposeProject, ProjectFile } from "./compose-project.ts";
import { mergeServices } from "./merge-trees.ts";
import { entriesOf, isNull, mapNode, textOf, treeAt, type TreeMap } from "./tree.ts";

/** A service with what it extends merged in, before interpolation. */
export interface EffectiveService {
    readonly name: string;
    readonly tree: TreeMap;
    /** Whether it has something to build. */
    readonly built: boolean;
    /** Of the given or the base file: what its own paths are relative to. */
    readonly directory: string;
}

const maxExtensions = 20;

/** All services of a project, those of included files too, in the order of the files. */
export function effectiveServices(project: ComposeProject): ReadonlyMap<string, EffectiveService> {
    const services = new Map<string, EffectiveService>();
    for (const file of project.included) {
        for (const [name] of entriesOf(treeAt(file.tree, "services"))) {
            const tree = resolveExtension(project, file, name, 0);
            const build = tree.entries.get("build");
            const built = build !== undefined && !isNull(build) && build.tag !== "!reset";
            if (!services.has(name)) {
                services.set(name, { name, tree, built, directory: file.directory });
            }
        }
    }
    return services;
}

function resolveExtension(project: ComposeProject, file: ProjectFile, name: string, depth: number): TreeMap {
    const service = treeAt(file.tree, "services", name);
    const own: TreeMap = service?.kind === "map" ? service : mapNode([], file.tree.place);
    const extension = treeAt(file.values, "services", name, "extends");
    const target = textOf(extension) ?? textOf(treeAt(extension, "service"));
    if (target === undefined || depth === maxExtensions) {
        return own;
    }
    const source = extendedFile(project, file, extension, target);
    const rest = mapNode(
        [...own.entries].filter(([key]) => key !== "extends"),
        own.place,
    );
    return source === undefined ? rest : mergeServices(resolveExtension(project, source, target, depth + 1), rest);
}
