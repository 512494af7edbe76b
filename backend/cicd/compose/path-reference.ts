import type { FileReference } from "./file-reference.ts";
import type { ProjectFile } from "./compose-project.ts";
import { textOf, type Tree } from "./tree.ts";
import { fromOwnFolder } from "./working-directory.ts";

/** In which file a reference stands, and where the stack's own folder is. */
export interface ReferencePlace {
    readonly file: ProjectFile;
    /** The compose file's folder. */
    readonly folder: string;
}

type Options = Partial<Omit<FileReference, "what" | "place" | "filled">>;

/** A text of a compose file as a reference, relative to that file's own folder. */
export function pathReference(
    { file, folder }: ReferencePlace,
    what: string,
    node: Tree,
    options: Options & Pick<FileReference, "use">,
): FileReference {
    const directory = options.directory ?? file.directory;
    const path = fromOwnFolder(options.path ?? textOf(node) ?? "", folder, directory);
    const filled = node.kind === "scalar" ? node.filled : undefined;
    return { what, place: node.place, filled, ...options, directory, path };
}

/** References of all texts among the nodes. */
export function pathReferences(
    at: ReferencePlace,
    what: string,
    nodes: readonly Tree[],
    options: Options & Pick<FileReference, "use">,
): readonly FileReference[] {
    return nodes.flatMap((node) => (textOf(node) === undefined ? [] : [pathReference(at, what, node, options)]));
}

/**
 * A path of which it depends on Compose's version whether the file's own folder or the stack's is meant: both must do.
 */
export function eitherFolder(at: ReferencePlace, reference: FileReference): readonly FileReference[] {
    return reference.directory === at.folder ? [reference] : [reference, { ...reference, directory: at.folder }];
}
