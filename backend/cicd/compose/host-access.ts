import { isOwnFolder, isRelative } from "./file-references.ts";
import { mountSource } from "./mount-source.ts";
import type { ReferencePlace } from "./path-reference.ts";
import { reservations, serviceHardware } from "./host-hardware.ts";

import { entriesOf, isNull, itemsOf, textOf, type Tree, treeAt } from "./tree.ts";

/** What the services of a file take of this machine beside their own files, one sentence each. */
export function hostAccess(at: ReferencePlace): readonly string[] {
    return accessOf(at.file.values);
}

/** The same of a compose file's content, variables put in. */
export function accessOf(values: Tree): readonly string[] {
    const services = entriesOf(treeAt(values, "services")).flatMap(([name, service]) =>
        serviceAccess(service).map((what) => `${name} ${what}`),
    );
    return [...services, ...volumeAccess(values), ...networkAccess(values), ...modelAccess(values)];
}

function serviceAccess(service: Tree): readonly string[] {
    return [
        ...itemsOf(treeAt(service, "volumes")).flatMap(mountAccess),
        ...flagAccess(service),
        ...namespaceAccess(service),
        ...serviceHardware(service),
        ...reservations(service),
        ...otherAccess(service),
        ...machineValues(service),
    ];
}

function mountAccess(item: Tree): readonly string[] {
    const source = mountSource(item);
    if (source === undefined) {
        return [];
    }
    const { path, written, machine, unresolved } = source;
    if (/\/(docker|containerd\/containerd|podman\/podman|crio\/crio)\.sock$/.test(path)) {
        return [`mounts the Docker socket ${path}: it can do everything on this machine`];
    }
    if (machine.length > 0) {
        return [`mounts ${written} of this machine, by its value of ${machine.join(", ")}`];
    }
    if (unresolved.length > 0) {
        return [`mounts ${written}, where ${unresolved.join(", ")} has no value`];
    }
    const isPipe = textOf(treeAt(item, "type")) === "npipe" || path.startsWith("\\\\");
    return isPipe || !isRelative(path) ? [`mounts ${path} of this machine`] : [];
}

function flagAccess(service: Tree): readonly string[] {
    const flags: readonly (readonly [readonly string[], string])[] = [
        [["privileged"], "is privileged: it can do everything on this machine"],
        [["use_api_socket"], "uses the Docker socket: it can do everything on this machine"],
        [["build", "privileged"], "is built by a privileged build"],
        [["oom_kill_disable"], "is kept when this machine runs out of memory"],
    ];
    const own = flags.flatMap(([path, sentence]) => (isTrue(treeAt(service, ...path)) ? [sentence] : []));
    const hooks = ["pre_start", "post_start", "pre_stop"].filter((hook) =>
        itemsOf(treeAt(service, hook)).some((step) => isTrue(treeAt(step, "privileged"))),
    );
    return [...own, ...hooks.map((hook) => `has a privileged ${hook}: it can do everything on this machine`)];
}

/** Compose also reads `yes`, `on`, `y`, `t` and `1` as true. */
function isTrue(node: Tree | undefined): boolean {
    return /^(1|t|true|y|yes|on)$/i.test((textOf(node) ?? "").trim());
}

function namespaceAccess(service: Tree): readonly string[] {
    const namespaces = ["network_mode", "pid", "ipc", "userns_mode", "uts", "cgroup", "cgroup_parent"];
    const own = namespaces.flatMap((key) => {
        const mode = textOf(treeAt(service, key)) ?? "";
        const shared = mode === "host" || mode.startsWith("container:") || (key === "cgroup_parent" && mode !== "");
        return shared ? [`uses ${key}: ${mode}`] : [];
    });
    const network = textOf(treeAt(service, "build", "network"));
    const from = itemsOf(treeAt(service, "volumes_from")).map((item) => textOf(item) ?? "");
    const foreign = from.filter((item) => item.startsWith("container:"));
    return [
        ...own,
        ...foreign.map((item) => `uses the volumes of another container: ${item}`),
        ...(network === "host" ? ["is built in the network of this machine"] : []),
    ];
}

function otherAccess(service: Tree): readonly string[] {
    const tags = itemsOf(treeAt(service, "build", "tags")).flatMap((tag) => textOf(tag) ?? []);
    const entitlements = itemsOf(treeAt(service, "build", "entitlements")).flatMap((item) => textOf(item) ?? []);
    const runtime = textOf(treeAt(service, "runtime")) ?? "";
    const logging = entriesOf(treeAt(service, "logging", "options")).flatMap(([key, value]) => {
        const text = textOf(value) ?? "";
        return /^\/|^unix(gram)?:/.test(text) ? [`sends its log with ${key}: ${text} of this machine`] : [];
    });
    return [
        ...(tags.length > 0 ? [`also names its image ${tags.join(", ")}`] : []),
        ...(entitlements.length > 0 ? [`is built with ${entitlements.join(", ")}`] : []),
        ...(runtime === "" || runtime === "runc" ? [] : [`runs with the runtime ${runtime}`]),
        ...logging,
    ];
}

const decisive = [
    "privileged",
    "use_api_socket",
    "network_mode",
    "pid",
    "ipc",
    "userns_mode",
    "uts",
    "cgroup",
    "cgroup_parent",
    "runtime",
    "devices",
    "cap_add",
    "security_opt",
    "volumes",
    "volumes_from",
];

/** What a variable of this machine decides cannot be told; only that it does. */
function machineValues(service: Tree): readonly string[] {
    return decisive.flatMap((key) => {
        const names = new Set(machineNames(treeAt(service, key)));
        const isTold = key === "volumes" || names.size === 0;
        return isTold ? [] : [`leaves ${key} to the value that ${[...names].join(", ")} has on this machine`];
    });
}

function machineNames(tree: Tree | undefined): readonly string[] {
    if (tree?.kind === "scalar") {
        return tree.filled?.machine ?? [];
    }
    const children = tree?.kind === "map" ? [...tree.entries.values()] : itemsOf(tree);
    return children.flatMap(machineNames);
}

/** A named volume may be a folder or a disk of this machine in disguise. */
function volumeAccess(values: Tree): readonly string[] {
    return entriesOf(treeAt(values, "volumes")).flatMap(([name, volume]) => {
        const options = treeAt(volume, "driver_opts");
        const type = textOf(treeAt(options, "type")) ?? "";
        const device = treeAt(options, "device");
        if (device === undefined || isNull(device) || type === "tmpfs") {
            return [];
        }
        if (isOwnFolder(volume) && machineNames(device).length === 0 && isRelative(textOf(device) ?? "")) {
            return [];
        }
        const extra = textOf(treeAt(options, "o")) ?? "";
        const how =
            type === "" || type === "none" ? "" : ` (${[type, extra].filter((part) => part !== "").join(", ")})`;
        return [`The volume ${name} mounts ${shown(device)} of this machine${how}`];
    });
}

function shown(node: Tree): string {
    const filled = node.kind === "scalar" ? node.filled : undefined;
    return (filled !== undefined && filled.machine.length > 0 ? filled.written : textOf(node)) ?? "";
}

/** The machine's own network by another name, and networks on one of its cards. */
function networkAccess(values: Tree): readonly string[] {
    return entriesOf(treeAt(values, "networks")).flatMap(([name, network]) => {
        const called = textOf(treeAt(network, "name")) ?? textOf(treeAt(network, "external", "name")) ?? name;
        const driver = textOf(treeAt(network, "driver")) ?? "";
        const external = treeAt(network, "external");
        const isExternal = isTrue(external) || external?.kind === "map";
        if ((isExternal && called === "host") || driver === "host") {
            return [`The network ${name} is the network of this machine`];
        }
        return ["macvlan", "ipvlan"].includes(driver)
            ? [`The network ${name} (${driver}) uses a card of this machine`]
            : [];
    });
}

/** Pulled and run by a program of this machine, beside Docker's engine. */
function modelAccess(values: Tree): readonly string[] {
    const names = entriesOf(treeAt(values, "models")).map(([name]) => name);
    return names.length > 0 ? [`The models ${names.join(", ")} are run by Docker's model runner on this machine`] : [];
}
