import { type Lookup, substitute } from "./interpolation.ts";
import type { ProjectFile } from "./load-project.ts";
import { mountOf } from "./short-syntax.ts";
import { entriesOf, isNull, itemsOf, textOf, type Tree, treeAt } from "./tree.ts";

/** What the services of a file take of this machine beside their own files, one sentence each. */
export function hostAccess(file: ProjectFile, lookup: Lookup): readonly string[] {
    const services = entriesOf(treeAt(file.tree, "services")).flatMap(([name, service]) =>
        serviceAccess(service, lookup).map((what) => `${name} ${what}`),
    );
    return [...services, ...volumeAccess(file, lookup)];
}

function serviceAccess(service: Tree, lookup: Lookup): readonly string[] {
    return [
        ...itemsOf(treeAt(service, "volumes")).flatMap((node) => mountAccess(node, lookup)),
        ...flagAccess(service, lookup),
        ...namespaceAccess(service, lookup),
        ...listAccess(service, lookup),
    ];
}

function mountAccess(node: Tree, lookup: Lookup): readonly string[] {
    const mount = mountOf(node);
    if (mount?.source === undefined) {
        return [];
    }
    const { text: source, unresolved } = substitute(mount.source, lookup);
    if (/\/(docker|containerd\/containerd|podman\/podman)\.sock$/.test(source)) {
        return [`mounts the Docker socket ${source}: it can do everything on this machine`];
    }
    if (unresolved.length > 0) {
        return [`mounts ${mount.source}, where ${unresolved.join(", ")} has no value`];
    }
    return /^[/~]/.test(source) ? [`mounts ${source} of this machine`] : [];
}

function flagAccess(service: Tree, lookup: Lookup): readonly string[] {
    const flags: readonly (readonly [readonly string[], string])[] = [
        [["privileged"], "is privileged: it can do everything on this machine"],
        [["use_api_socket"], "uses the Docker socket: it can do everything on this machine"],
        [["build", "privileged"], "is built by a privileged build"],
    ];
    return flags.flatMap(([path, sentence]) => (isTrue(treeAt(service, ...path), lookup) ? [sentence] : []));
}

/** Compose also reads `yes`, `on`, `y`, `t` and `1` as true. */
function isTrue(node: Tree | undefined, lookup: Lookup): boolean {
    const text = substitute(textOf(node) ?? "", lookup).text;
    return /^(1|t|true|y|yes|on)$/i.test(text);
}

function namespaceAccess(service: Tree, lookup: Lookup): readonly string[] {
    const namespaces = ["network_mode", "pid", "ipc", "userns_mode", "uts", "cgroup", "cgroup_parent"];
    const own = namespaces.flatMap((key) => {
        const mode = substitute(textOf(treeAt(service, key)) ?? "", lookup).text;
        const shared = mode === "host" || mode.startsWith("container:") || (key === "cgroup_parent" && mode !== "");
        return shared ? [`uses ${key}: ${mode}`] : [];
    });
    const network = textOf(treeAt(service, "build", "network"));
    return network === "host" ? [...own, "is built in the network of this machine"] : own;
}

function listAccess(service: Tree, lookup: Lookup): readonly string[] {
    const keys = ["devices", "device_cgroup_rules", "cap_add", "security_opt"];
    const lists = keys.flatMap((key) => {
        const items = itemsOf(treeAt(service, key)).map((item) => describe(item, lookup));
        return items.length > 0 ? [`has ${key}: ${items.join(", ")}`] : [];
    });
    const entitlements = itemsOf(treeAt(service, "build", "entitlements")).map((item) => describe(item, lookup));
    return entitlements.length > 0 ? [...lists, `is built with ${entitlements.join(", ")}`] : lists;
}

function describe(item: Tree, lookup: Lookup): string {
    const path = item.kind === "map" ? treeAt(item, "source") : item;
    return substitute(textOf(path) ?? "", lookup).text;
}

/** A named volume may be a folder of this machine in disguise. */
function volumeAccess(file: ProjectFile, lookup: Lookup): readonly string[] {
    return entriesOf(treeAt(file.tree, "volumes")).flatMap(([name, volume]) => {
        const device = treeAt(volume, "driver_opts", "device");
        if (device === undefined || isNull(device)) {
            return [];
        }
        return [`The volume ${name} mounts ${describe(device, lookup)} of this machine`];
    });
}
