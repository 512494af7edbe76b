import { fillVariables } from "./fill-variables.ts";
import type { ComposeFile } from "./parse-compose.ts";
import type { Scope } from "./scope.ts";
import type { TreeMap } from "./tree.ts";

/** A compose file as part of a project. */
export interface ProjectFile {
    readonly path: string;
    readonly tree: TreeMap;
    /** The same with its variables put in, as Compose reads it. */
    readonly values: TreeMap;
    /** The variables that it sees. */
    readonly scope: Scope;
    /** The folder that its paths are relative to. */
    readonly directory: string;
    /** All files that were merged into it. */
    readonly sources: readonly string[];
}

/** All compose files that make up a stack, as data. */
export interface ComposeProject {
    /**
     * The file to write into the stack's directory: merged, or the only one as it is; under its own name where Compose
     * finds it by that, else as `compose.yaml` of its folder.
     */
    readonly file: ComposeFile;
    /** The compose file's folder; "" for the repository's root. */
    readonly folder: string;
    /** The root file first, then included ones, in the order Compose reads them. */
    readonly included: readonly ProjectFile[];
    /** Files that only `extends` reads. */
    readonly extended: readonly ProjectFile[];
}

/** The folder that the paths of each file are relative to. */
export function directoriesOf({ included, extended }: ComposeProject): ReadonlyMap<string, string> {
    const files = [...extended, ...included].flatMap(({ sources, directory }) =>
        sources.map((path) => [path, directory] as const),
    );
    return new Map(files);
}

/** A compose file with the variables that it sees put in. */
export function projectFile(
    file: Pick<ProjectFile, "path" | "tree" | "directory">,
    sources: readonly string[],
    scope: Scope,
): ProjectFile {
    const { path, tree, directory } = file;
    return { path, tree, directory, sources, scope, values: fillVariables(tree, scope) };
}
