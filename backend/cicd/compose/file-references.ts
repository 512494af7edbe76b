import { buildReferences } from "./build-references.ts";
import type { FileReference } from "./file-reference.ts";
import { type Lookup, substitute } from "./interpolation.ts";
import type { ProjectFile } from "./load-project.ts";
import { looksLikePath, mountOf } from "./short-syntax.ts";
import { entriesOf, itemsOf, textOf, type Tree, treeAt } from "./tree.ts";

/** Every place in one compose file that names a file which Compose, a build or a relative mount reads. */
export function fileReferences(file: ProjectFile, lookup: Lookup): readonly FileReference[] {
    const services = entriesOf(treeAt(file.tree, "services"));
    return [
        ...includeReferences(file),
        ...services.flatMap(([name, service]) => serviceReferences(file, `services.${name}`, service, lookup)),
        ...["secrets", "configs"].flatMap((kind) => sourceReferences(file, kind)),
    ];
}

function includeReferences(file: ProjectFile): readonly FileReference[] {
    // The included files themselves were resolved when they were read.
    return itemsOf(treeAt(file.tree, "include")).flatMap((entry) =>
        references(file, "include.env_file", itemsOf(treeAt(entry, "env_file")), "stack"),
    );
}

function serviceReferences(file: ProjectFile, what: string, service: Tree, lookup: Lookup): readonly FileReference[] {
    const envFiles = itemsOf(treeAt(service, "env_file")).map((entry) => treeAt(entry, "path") ?? entry);
    const credentials = treeAt(service, "credential_spec", "file");
    return [
        ...bringable(references(file, `${what}.env_file`, envFiles, "stack")),
        ...references(file, `${what}.label_file`, itemsOf(treeAt(service, "label_file")), "stack"),
        ...references(file, `${what}.credential_spec.file`, itemsOf(credentials), "stack"),
        ...buildReferences(file, `${what}.build`, treeAt(service, "build")),
        ...mountReferences(file, `${what}.volumes`, treeAt(service, "volumes"), lookup),
    ];
}

function sourceReferences(file: ProjectFile, kind: string): readonly FileReference[] {
    return entriesOf(treeAt(file.tree, kind)).flatMap(([name, source]) =>
        bringable(references(file, `${kind}.${name}.file`, itemsOf(treeAt(source, "file")), "stack")),
    );
}

/** Relative mounts; absolute ones are host access, told elsewhere. */
function mountReferences(
    file: ProjectFile,
    what: string,
    volumes: Tree | undefined,
    lookup: Lookup,
): readonly FileReference[] {
    return itemsOf(volumes).flatMap((node) => {
        const mount = mountOf(node);
        if (mount?.source === undefined) {
            return [];
        }
        // What has no value is empty for Compose, and may so lead elsewhere than it seems.
        const path = substitute(mount.source, lookup).text;
        const relative = !/^[/~]/.test(path);
        const isPath = mount.node.kind === "map" ? mount.isBind : looksLikePath(path);
        const canBeBrought = !mount.source.includes("$");
        return relative && isPath
            ? [{ what, path, place: node.place, directory: file.directory, use: "stack", canBeBrought }]
            : [];
    });
}

/** Those whose path an override can say anew, where no variable decides it. */
function bringable(found: readonly FileReference[]): readonly FileReference[] {
    return found.map((reference) => ({ ...reference, canBeBrought: !reference.path.includes("$") }));
}

function references(
    file: ProjectFile,
    what: string,
    nodes: readonly Tree[],
    use: FileReference["use"],
): readonly FileReference[] {
    return nodes.flatMap((node) => {
        const path = textOf(node);
        return path === undefined ? [] : [{ what, path, place: node.place, directory: file.directory, use }];
    });
}
