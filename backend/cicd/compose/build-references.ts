import { type FileReference, isRemote } from "./file-reference.ts";
import type { ProjectFile } from "./load-project.ts";
import { assignmentsOf } from "./short-syntax.ts";
import { entriesOf, isNull, itemsOf, textNode, textOf, type Tree, treeAt } from "./tree.ts";

/** What a service's `build` reads: contexts, Dockerfile, keys, local caches. */
export function buildReferences(file: ProjectFile, what: string, build: Tree | undefined): readonly FileReference[] {
    if (build === undefined || isNull(build) || build.tag === "!reset") {
        return [];
    }
    const contextNode = build.kind === "map" ? treeAt(build, "context") : build;
    const context = contextNode ?? textNode(".", build.place);
    const reference = (name: string, node: Tree, path = textOf(node) ?? ""): FileReference => ({
        what: `${what}.${name}`,
        path,
        place: node.place,
        directory: file.directory,
        use: "build",
    });
    return [
        reference("context", context),
        ...dockerfileReference(file, what, build, context),
        ...additionalContexts(build).map(([node, path]) => reference("additional_contexts", node, path)),
        ...sshKeys(build).map(([node, path]) => reference("ssh", node, path)),
        ...localCaches(build).map(([node, path]) => reference("cache", node, path)),
    ];
}

function dockerfileReference(
    file: ProjectFile,
    what: string,
    build: Tree,
    contextNode: Tree,
): readonly FileReference[] {
    const context = textOf(contextNode) ?? ".";
    if (treeAt(build, "dockerfile_inline") !== undefined || isRemote(context)) {
        return [];
    }
    const node = treeAt(build, "dockerfile");
    const name = textOf(node) ?? "Dockerfile";
    const path = name.startsWith("/") ? name : `${context}/${name}`;
    const place = (node ?? contextNode).place;
    const missingCode = "dockerfile_missing";
    return [{ what: `${what}.dockerfile`, path, place, directory: file.directory, use: "build", missingCode }];
}

type NamedPath = readonly [node: Tree, path: string];

/** Images and other services are no files. */
function additionalContexts(build: Tree): readonly NamedPath[] {
    const contexts = treeAt(build, "additional_contexts");
    return entriesOf(contexts && assignmentsOf(contexts)).flatMap(([, node]): NamedPath[] => {
        const path = textOf(node);
        return path === undefined || /^(docker-image:\/\/|service:)/.test(path) ? [] : [[node, path]];
    });
}

/** `default` is the agent's socket, which no build is given; `id=path` is a key file of this machine. */
function sshKeys(build: Tree): readonly NamedPath[] {
    const keys = treeAt(build, "ssh");
    return entriesOf(keys && assignmentsOf(keys)).flatMap(([, node]): NamedPath[] => {
        const path = textOf(node);
        return path === undefined || path === "" ? [] : [[node, path]];
    });
}

function localCaches(build: Tree): readonly NamedPath[] {
    const caches = ["cache_from", "cache_to"].flatMap((key) => itemsOf(treeAt(build, key)));
    return caches.flatMap((node): NamedPath[] => {
        const fields = (textOf(node) ?? "").split(",").map((field) => field.split("="));
        const isLocal = fields.some(([key, value]) => key === "type" && value === "local");
        const path = fields.find(([key]) => key === "src" || key === "dest")?.[1];
        return isLocal ? [[node, path ?? ""]] : [];
    });
}
