import { type ComposeProject, directoriesOf } from "./compose-project.ts";
import { normalizePath, staysInFolder } from "./repository-path.ts";
import { mountOf } from "./short-syntax.ts";
import { listNode, mapNode, textNode, textOf, type Tree, treeAt } from "./tree.ts";

/**
 * Where a stack's directory has the tracked files that its services use from outside of the compose file's folder, by
 * their paths in the repository: nothing lies above a stack's directory.
 */
export const broughtFolder = ".from-repository";

/** Where a path of a compose file leads in the stack's directory; undefined for one that stays as it is. */
export type Bring = (path: string, file: string) => string | undefined;

/** `brought`: the files and folders of the repository that are copied. */
export function createBring(project: ComposeProject, brought: readonly string[]): Bring {
    const directories = directoriesOf(project);
    const copied = new Set(brought);
    return (path, file) => {
        const directory = directories.get(file) ?? project.folder;
        const reached = normalizePath(directory, path);
        const isBrought = reached !== undefined && copied.has(reached);
        return isBrought && !staysInFolder(directory, path, project.folder)
            ? `./${broughtFolder}/${reached}`
            : undefined;
    };
}

/** An item of a service's `volumes` or `env_file` that leads to the copy; undefined for one that stays as it is. */
export function bringItem(field: string, item: Tree, bring: Bring): Tree | undefined {
    if (field === "env_file") {
        return bringField(item, "path", bring);
    }
    if (field !== "volumes" || mountOf(item)?.isBind !== true) {
        return undefined;
    }
    return item.kind === "map"
        ? (bringField(item, "source", bring) ?? bringField(item, "src", bring))
        : bringShortMount(item, bring);
}

/** A single `env_file`, or the `file` of a config or secret. Beside a list the one text would be added to it. */
export function bringScalar(field: string, value: Tree, bring: Bring): Tree | undefined {
    const moved = field === "env_file" || field === "file" ? bringField(value, "", bring) : undefined;
    return moved !== undefined && field === "env_file" ? { ...listNode([moved]), tag: "!override" } : moved;
}

function bringField(item: Tree, key: string, bring: Bring): Tree | undefined {
    const path = textOf(item.kind === "map" ? treeAt(item, key) : item);
    const moved = path === undefined ? undefined : bring(path, item.place.file);
    if (moved === undefined) {
        return undefined;
    }
    const node = textNode(moved, item.place);
    return item.kind === "map" ? { ...item, entries: mapNode([...item.entries, [key, node]]).entries } : node;
}

function bringShortMount(item: Tree, bring: Bring): Tree | undefined {
    const source = mountOf(item)?.source ?? "";
    const moved = bring(source, item.place.file);
    return moved === undefined
        ? undefined
        : textNode(`${moved}${(textOf(item) ?? "").slice(source.length)}`, item.place);
}
