import type { FileChange, ImageChange, VariableChanges } from "../../../common/schema/release.ts";
import type { Variable } from "./build-config.ts";
import type { Release, ReleaseFile } from "./release.ts";

export type ChangedFile = Pick<FileChange, "path" | "kind"> & {
    readonly from?: ReleaseFile | undefined;
    readonly to?: ReleaseFile | undefined;
};

/** The files that one release has and the other has not, or has otherwise, by path. */
export function compareFiles(from: readonly ReleaseFile[], to: readonly ReleaseFile[]): readonly ChangedFile[] {
    return pairUp(from, to, ({ path }) => path).flatMap(([path, before, after]): readonly ChangedFile[] => {
        if (before === undefined || after === undefined) {
            return [{ path, kind: before === undefined ? "added" : "removed", from: before, to: after }];
        }
        const isSame = before.sha256 === after.sha256 && before.executable === after.executable;
        return isSame ? [] : [{ path, kind: "changed", from: before, to: after }];
    });
}

/** The services that run another image, or the same under another name. */
export function compareImages(from: Release["images"], to: Release["images"]): ImageChange[] {
    return pairUp(from, to, ({ service }) => service).flatMap(([service, before, after]) =>
        before?.imageId === after?.imageId && before?.image === after?.image
            ? []
            : [{ service, from: before && asRan(before), to: after && asRan(after) }],
    );
}

function asRan({ image, imageId, digest }: Release["images"][number]): ImageChange["from"] {
    return { image, imageId, digest };
}

/** The names of the variables that differ, but for those that every deployment sets by itself. */
export function compareVariables(
    from: readonly Variable[],
    to: readonly Variable[],
    ownNames: ReadonlySet<string>,
): VariableChanges {
    const changes: VariableChanges = { added: [], removed: [], changed: [] };
    for (const [name, before, after] of pairUp(from, to, (variable) => variable.name)) {
        const kind = kindOf(before, after);
        if (kind !== undefined && !ownNames.has(name)) {
            changes[kind].push(name);
        }
    }
    return changes;
}

function kindOf(before: Variable | undefined, after: Variable | undefined): keyof VariableChanges | undefined {
    if (before === undefined || after === undefined) {
        return before === undefined ? "added" : "removed";
    }
    return before.value === after.value && before.secret === after.secret ? undefined : "changed";
}

/** Every key of either side with what each has for it, sorted by key. */
function pairUp<T>(
    from: readonly T[],
    to: readonly T[],
    keyOf: (one: T) => string,
): readonly (readonly [string, T | undefined, T | undefined])[] {
    const before = new Map(from.map((one) => [keyOf(one), one]));
    const after = new Map(to.map((one) => [keyOf(one), one]));
    const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
    return keys.map((key) => [key, before.get(key), after.get(key)]);
}
