import { variableNames } from "./interpolation.ts";
import { looksLikePath, type Mount, mountOf } from "./short-syntax.ts";
import type { Tree, TreeScalar } from "./tree.ts";

/** What a mount, variables put in, takes from where. */
export interface MountSource {
    readonly path: string;
    /** As it stands in the file. */
    readonly written: string;
    /** Those of its variables whose value this machine decides. */
    readonly machine: readonly string[];
    /** Those that have no value. */
    readonly unresolved: readonly string[];
    /** Whether it is a path rather than a named volume. */
    readonly isPath: boolean;
    readonly node: TreeScalar;
}

/** The source of an item of `volumes`; undefined for an anonymous volume or a tmpfs. */
export function mountSource(item: Tree): MountSource | undefined {
    const mount = mountOf(item);
    const node = mount?.sourceNode ?? (item.kind === "scalar" ? item : undefined);
    return mount === undefined || node === undefined ? undefined : sourceOf(item, mount, node);
}

function sourceOf(item: Tree, mount: Mount, node: TreeScalar): MountSource | undefined {
    const { written, machine, unresolved } = node.filled ?? { written: node.text, machine: [], unresolved: [] };
    // A variable that this machine decides may bring the whole source with it.
    if (mount.source === undefined && machine.length === 0) {
        return undefined;
    }
    const own = item.kind === "map" ? written : (mountOf({ ...node, text: written })?.source ?? written);
    const names = variableNames(own);
    const path = mount.source ?? node.text;
    return {
        path,
        written: own,
        machine: machine.filter((name) => names.has(name)),
        unresolved: unresolved.filter((name) => names.has(name)),
        isPath: item.kind === "map" ? mount.isBind : looksLikePath(path),
        node,
    };
}
