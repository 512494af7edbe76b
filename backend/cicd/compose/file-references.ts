import { buildReferences } from "./build-references.ts";
import { maxEnvFileBytes } from "./env-file.ts";
import type { FileReference } from "./file-reference.ts";
import { mountSource } from "./mount-source.ts";
import { eitherFolder, pathReference, pathReferences, type ReferencePlace } from "./path-reference.ts";
import { entriesOf, itemsOf, textOf, type Tree, treeAt } from "./tree.ts";
import { fromOwnFolder } from "./working-directory.ts";

/**
 * Every place in one compose file that names a file which Compose, a build or a relative mount reads; what `include`
 * and `extends` name is resolved when it is read, and Dockerfiles are told by `dockerfileReferences`.
 */
export function fileReferences(at: ReferencePlace): readonly FileReference[] {
    const services = entriesOf(treeAt(at.file.values, "services"));
    return [
        ...services.flatMap(([name, service]) => serviceReferences(at, `services.${name}`, service)),
        ...["secrets", "configs"].flatMap((kind) => sourceReferences(at, kind)),
        ...volumeReferences(at),
    ];
}

/** Of an entry of `include`; `/dev/null` is the way to have none. */
export function includedEnvFiles(entry: Tree): readonly Tree[] {
    return itemsOf(treeAt(entry, "env_file")).filter((node) => textOf(node) !== "/dev/null");
}

function serviceReferences(at: ReferencePlace, what: string, service: Tree): readonly FileReference[] {
    const envFiles = itemsOf(treeAt(service, "env_file")).map((entry) => treeAt(entry, "path") ?? entry);
    const labelFiles = itemsOf(treeAt(service, "label_file"));
    const credentials = itemsOf(treeAt(service, "credential_spec", "file"));
    const watched = itemsOf(treeAt(service, "develop", "watch")).flatMap((rule) => treeAt(rule, "path") ?? []);
    const read = { use: "stack", maxBytes: maxEnvFileBytes } as const;
    return [
        ...bringable(pathReferences(at, `${what}.env_file`, envFiles, read)),
        ...pathReferences(at, `${what}.label_file`, labelFiles, read),
        ...pathReferences(at, `${what}.credential_spec.file`, credentials, { use: "stack" }),
        ...pathReferences(at, `${what}.develop.watch`, watched, { use: "inside" }),
        ...profileReferences(at, `${what}.security_opt`, service),
        ...buildReferences(at, `${what}.build`, treeAt(service, "build")),
        ...mountReferences(at, `${what}.volumes`, treeAt(service, "volumes")),
    ];
}

/** `seccomp=FILE`: Compose reads it when it makes the container, from the stack's directory. */
function profileReferences(at: ReferencePlace, what: string, service: Tree): readonly FileReference[] {
    return itemsOf(treeAt(service, "security_opt")).flatMap((node) => {
        const path = /^seccomp[=:](.*)$/s.exec(textOf(node) ?? "")?.[1];
        return path === undefined || path === "unconfined" || path === "builtin"
            ? []
            : [pathReference(at, what, node, { use: "stack", path, directory: at.folder, maxBytes: maxEnvFileBytes })];
    });
}

function sourceReferences(at: ReferencePlace, kind: string): readonly FileReference[] {
    return entriesOf(treeAt(at.file.values, kind)).flatMap(([name, source]) =>
        bringable(pathReferences(at, `${kind}.${name}.file`, itemsOf(treeAt(source, "file")), { use: "stack" })),
    );
}

/** A named volume may be a folder beside the compose file in disguise. */
function volumeReferences(at: ReferencePlace): readonly FileReference[] {
    return entriesOf(treeAt(at.file.values, "volumes")).flatMap(([name, volume]) => {
        const device = treeAt(volume, "driver_opts", "device");
        if (device === undefined || !isOwnFolder(volume) || !isRelative(textOf(device) ?? "")) {
            return [];
        }
        const what = `volumes.${name}.driver_opts.device`;
        return eitherFolder(at, pathReference(at, what, device, { use: "stack", mayBeEmpty: true }));
    });
}

/** Whether a volume's device is a folder that is mounted, and no file system of another kind. */
export function isOwnFolder(volume: Tree): boolean {
    const options = (textOf(treeAt(volume, "driver_opts", "o")) ?? "").split(",");
    return options.some((option) => option === "bind" || option === "rbind");
}

/** Relative mounts; absolute ones, and those that this machine decides, are host access, told elsewhere. */
function mountReferences(at: ReferencePlace, what: string, volumes: Tree | undefined): readonly FileReference[] {
    return itemsOf(volumes).flatMap((item) => {
        const source = mountSource(item);
        if (source === undefined || !source.isPath || source.machine.length > 0 || !isRelative(source.path)) {
            return [];
        }
        const canBeBrought = source.node.filled === undefined;
        const options = { use: "stack", path: source.path, canBeBrought, mayBeEmpty: true } as const;
        const reference = pathReference(at, what, source.node, options);
        const filled = reference.filled && { ...reference.filled, machine: [] };
        return [{ ...reference, filled, place: item.place }];
    });
}

/** Whether a path is one from the file's own folder, or from the stack's. */
export function isRelative(path: string): boolean {
    return fromOwnFolder(path, "", "") !== path || !/^[/~]/.test(path);
}

/** Those whose path an override can say anew, where no variable decides it. */
function bringable(found: readonly FileReference[]): readonly FileReference[] {
    return found.map((reference) => ({ ...reference, canBeBrought: reference.filled === undefined }));
}
