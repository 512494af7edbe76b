import { mergedFileName } from "./find-compose-file.ts";
import { extendInside } from "./extend-inside.ts";
import { mergeTrees } from "./merge-trees.ts";
import { type Mistake, mistakeAt } from "./mistake.ts";
import type { ComposeFile } from "./parse-compose.ts";
import { entriesOf, treeAt } from "./tree.ts";
import { writeYaml } from "./write-yaml.ts";

export type MergedCompose =
    { readonly ok: true; readonly file: ComposeFile } | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/**
 * The one compose file that several mean together: the base first, the user's own override last. A single one is given
 * back as it is. Its path is `compose.yaml` in the base's folder.
 */
export function mergeCompose(files: readonly [ComposeFile, ...ComposeFile[]]): MergedCompose {
    const [base, ...others] = files;
    if (others.length === 0) {
        return { ok: true, file: base };
    }
    const mistakes = others.flatMap((file) => lateExtensions(base, file));
    if (mistakes.length > 0) {
        return { ok: false, mistakes };
    }
    const tree = others.reduce((merged, file) => mergeTrees(merged, extendInside(file.tree)), extendInside(base.tree));
    const path = base.path.replace(/[^/]+$/, mergedFileName);
    const sources = files.map((file) => file.path).join(", ");
    const text = writeYaml(tree, [
        `Merged by dockge-cicd from ${sources}; edit those in the repository, not this file.`,
    ]);
    return { ok: true, file: { path, text, tree } };
}

/**
 * What a service extends comes before its own keys, so it cannot be added to one that already has keys without
 * changing what wins.
 */
function lateExtensions(base: ComposeFile, over: ComposeFile): readonly Mistake[] {
    return entriesOf(treeAt(over.tree, "services")).flatMap(([name, service]) => {
        const extension = treeAt(service, "extends");
        if (extension === undefined || treeAt(base.tree, "services", name) === undefined) {
            return [];
        }
        const message = `services.${name}.extends cannot be merged over the same service of ${base.path}`;
        return [mistakeAt(extension.place, message, `move 'extends' into ${base.path}`)];
    });
}
