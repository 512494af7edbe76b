import { effectiveServices } from "./effective-services.ts";
import { type Lookup, substitute } from "./interpolation.ts";
import type { ComposeProject, ProjectFile } from "./compose-project.ts";
import { pathIndex } from "./path-index.ts";
import { normalizePath } from "./repository-path.ts";
import { mountOf } from "./short-syntax.ts";
import { itemsOf, textOf, type Tree, treeAt, type TreeMap } from "./tree.ts";
import { fromOwnFolder } from "./working-directory.ts";

export interface FilesHashInput {
    readonly project: ComposeProject;
    /** Tracked path, relative to the repository's root → digest of its content. */
    readonly digests: ReadonlyMap<string, string>;
    readonly lookup: Lookup;
    /** Its result stands in a label, where it can be read: keyed, if values of secrets shall not be guessed by it. */
    readonly hash: (text: string) => string;
}

/** A folder of more files counts as one line. */
const mostLines = 100;

interface Input extends FilesHashInput {
    readonly tracked: (path: string) => readonly string[];
}

/**
 * Service → hash of the tracked files that it mounts and of the configs and secrets that it uses; services with none
 * are left out. Compose itself sees no difference when these change.
 */
export function filesHashes(given: FilesHashInput): ReadonlyMap<string, string> {
    const input = { ...given, tracked: trackedLines(given) };
    const hashes = new Map<string, string>();
    for (const service of effectiveServices(input.project).values()) {
        const lines = [...mountedLines(service.tree, input), ...sourceLines(service.tree, input)];
        if (lines.length > 0) {
            hashes.set(service.name, input.hash([...new Set(lines)].sort().join("\n")));
        }
    }
    return hashes;
}

function mountedLines(service: TreeMap, input: Input): readonly string[] {
    return itemsOf(treeAt(service, "volumes")).flatMap((node) => {
        const mount = mountOf(node);
        if (mount?.source === undefined) {
            return [];
        }
        const { folder } = input.project;
        const text = substitute(mount.source, lookupOf(node, input)).text;
        const source = fromOwnFolder(text, folder, directoryOf(node, input.project));
        const isPath = node.kind === "map" ? mount.isBind : source.startsWith(".");
        return isPath ? reachedLines(source, node, input) : [];
    });
}

/** The tracked files at or below a path. Made once: thousands of services may mount the same large folder. */
function trackedLines({ digests, hash }: FilesHashInput): (path: string) => readonly string[] {
    const below = pathIndex(digests.keys());
    const known = new Map<string, readonly string[]>();
    function linesOf(path: string): readonly string[] {
        const lines = below(path).map((file) => `${file} ${digests.get(file) ?? ""}`);
        return lines.length > mostLines ? [`${path}/ ${hash(lines.join("\n"))}`] : lines;
    }
    return (path) => {
        const lines = known.get(path) ?? linesOf(path);
        known.set(path, lines);
        return lines;
    };
}

function reachedLines(path: string, node: Tree, input: Input): readonly string[] {
    const reached = normalizePath(directoryOf(node, input.project), path);
    return reached === undefined ? [] : input.tracked(reached);
}

function sourceLines(service: TreeMap, input: Input): readonly string[] {
    return ["configs", "secrets"].flatMap((kind) =>
        itemsOf(treeAt(service, kind)).flatMap((node) => {
            const name = textOf(node) ?? textOf(treeAt(node, "source"));
            const source = name === undefined ? undefined : findSource(kind, name, input.project);
            return source === undefined || name === undefined ? [] : contentLines(`${kind}.${name}`, source, input);
        }),
    );
}

function findSource(kind: string, name: string, project: ComposeProject): Tree | undefined {
    const found = project.included.map((file) => treeAt(file.tree, kind, name));
    return found.find((source) => source !== undefined);
}

function contentLines(what: string, source: Tree, input: Input): readonly string[] {
    const file = treeAt(source, "file");
    if (file !== undefined) {
        const text = substitute(textOf(file) ?? "", lookupOf(file, input)).text;
        return reachedLines(fromOwnFolder(text, input.project.folder, directoryOf(file, input.project)), file, input);
    }
    const content = textOf(treeAt(source, "content"));
    if (content !== undefined) {
        return [`${what} content ${input.hash(substitute(content, input.lookup).text)}`];
    }
    const variable = textOf(treeAt(source, "environment"));
    return variable === undefined ? [] : [`${what} environment ${input.hash(input.lookup(variable) ?? "")}`];
}

function directoryOf(node: Tree, project: ComposeProject): string {
    return fileOf(node, project)?.directory ?? project.folder;
}

function lookupOf(node: Tree, { project, lookup }: FilesHashInput): Lookup {
    return fileOf(node, project)?.scope.lookup ?? lookup;
}

function fileOf(node: Tree, { included, extended }: ComposeProject): ProjectFile | undefined {
    return [...included, ...extended].find(({ sources }) => sources.includes(node.place.file));
}
