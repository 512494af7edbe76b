import { ComposeShape } from "./compose-schema.ts";
import { type Mistake, mistakeAt } from "./mistake.ts";
import { readYaml } from "./read-yaml.ts";
import { toData, type Tree, treeAt, type TreeMap } from "./tree.ts";

/** A compose file that was read; `${…}` is still in its texts. */
export interface ComposeFile {
    /** Relative to the repository's root. */
    readonly path: string;
    readonly text: string;
    readonly tree: TreeMap;
}

export type ParsedCompose =
    | { readonly ok: true; readonly file: ComposeFile; readonly pieces: number }
    | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** Parses one compose file. All structural mistakes are told at once, each with its place. */
export function parseCompose(path: string, text: string): ParsedCompose {
    const read = readYaml(path, text);
    if (!read.ok) {
        return read;
    }
    const start = { file: path, line: 1, column: 1 };
    if (read.tree === undefined) {
        return refused([mistakeAt(start, "the compose file is empty", "add 'services:' with at least one service")]);
    }
    if (read.tree.kind !== "map") {
        return refused([mistakeAt(start, "a compose file must be a map", "start with 'services:'")]);
    }
    const mistakes = shapeMistakes(read.tree);
    return mistakes.length > 0
        ? refused(mistakes)
        : { ok: true, file: { path, text, tree: read.tree }, pieces: read.pieces };
}

function refused(mistakes: readonly Mistake[]): ParsedCompose {
    return { ok: false, mistakes };
}

function shapeMistakes(tree: TreeMap): readonly Mistake[] {
    const checked = ComposeShape.safeParse(toData(tree));
    const issues = checked.success ? [] : checked.error.issues;
    return issues.map((issue) => {
        const name = issue.path.map(String).join(".");
        return mistakeAt(closest(tree, issue.path).place, `${name} ${issue.message}`, "see the Compose file reference");
    });
}

/** The value at the path, or the innermost one on the way that exists. */
function closest(tree: Tree, path: readonly PropertyKey[]): Tree {
    for (let length = path.length; length > 0; length -= 1) {
        const found = treeAt(tree, ...path.slice(0, length));
        if (found !== undefined) {
            return found;
        }
    }
    return tree;
}
