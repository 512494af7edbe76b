import { mountOf } from "./short-syntax.ts";
import { mapNode, textNode, textOf, type Tree, treeAt } from "./tree.ts";

/**
 * An item of a service's list, repeated in a file of another folder: `volumes` and `env_file` keep leading to the same
 * files. `offset` is the way from the new folder to the old one; "" for the same.
 */
export function rebaseItem(field: string, item: Tree, offset: string): Tree {
    if (offset === "") {
        return item;
    }
    if (field === "env_file") {
        return rebaseField(item, "path", offset);
    }
    return field === "volumes" && mountOf(item)?.source !== undefined ? rebaseMount(item, offset) : item;
}

/** The same for the `file` of a config or secret. */
export function rebaseFile(file: Tree, offset: string): Tree {
    return offset === "" ? file : rebaseField(file, "", offset);
}

function rebaseMount(item: Tree, offset: string): Tree {
    if (item.kind === "map") {
        const isBind = textOf(treeAt(item, "type")) === "bind";
        return isBind ? rebaseField(item, "source", offset) : item;
    }
    const text = textOf(item) ?? "";
    return /^\.\.?(\/|:)/.test(text) ? textNode(`./${offset}/${text}`, item.place) : item;
}

function rebaseField(item: Tree, key: string, offset: string): Tree {
    const path = textOf(treeAt(item, key) ?? item);
    if (path === undefined || /^[/~$]/.test(path)) {
        return item;
    }
    const moved = textNode(`./${offset}/${path}`, item.place);
    return item.kind === "map"
        ? { ...item, entries: new Map([...mapNode(item.entries).entries, [key, moved]]) }
        : moved;
}
