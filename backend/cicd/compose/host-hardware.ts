import { assignmentsOf } from "./short-syntax.ts";
import { entriesOf, itemsOf, textOf, type Tree, treeAt } from "./tree.ts";

/** Devices, capabilities and kernel settings that a service takes, each as the rest of a sentence. */
export function serviceHardware(service: Tree): readonly string[] {
    const keys = ["devices", "device_cgroup_rules", "cap_add", "security_opt"];
    const lists = keys.flatMap((key) => {
        const items = itemsOf(treeAt(service, key))
            .map(describe)
            .filter((item) => !isHardening(key, item));
        return items.length > 0 ? [`has ${key}: ${items.join(", ")}`] : [];
    });
    const sysctls = treeAt(service, "sysctls");
    const settings = entriesOf(sysctls && assignmentsOf(sysctls)).map(
        ([key, value]) => `${key}=${textOf(value) ?? ""}`,
    );
    const throttled = entriesOf(treeAt(service, "blkio_config"))
        .flatMap(([, limits]) => itemsOf(limits))
        .flatMap((limit) => textOf(treeAt(limit, "path")) ?? []);
    const credentials = textOf(treeAt(service, "credential_spec", "registry"));
    return [
        ...lists,
        ...(settings.length > 0 ? [`sets sysctls: ${settings.join(", ")}`] : []),
        ...(throttled.length > 0 ? [`limits its use of devices: ${[...new Set(throttled)].join(", ")}`] : []),
        ...(credentials === undefined ? [] : [`uses the credentials ${credentials} of this machine`]),
    ];
}

/** Takes rights away instead of giving some. */
function isHardening(key: string, item: string): boolean {
    return key === "security_opt" && /^no-new-privileges([=:]true)?$/i.test(item);
}

/** Graphics cards and other devices that are asked for by what they can do. */
export function reservations(service: Tree): readonly string[] {
    const wanted = itemsOf(treeAt(service, "deploy", "resources", "reservations", "devices"));
    const capabilities = wanted.flatMap((device) => itemsOf(treeAt(device, "capabilities")).map(describe));
    const gpus = treeAt(service, "gpus");
    return [
        ...(wanted.length > 0 ? [`reserves devices: ${capabilities.join(", ") || "any"}`] : []),
        ...(itemsOf(gpus).length > 0 ? [`uses gpus: ${textOf(gpus) ?? "some"}`] : []),
    ];
}

function describe(item: Tree): string {
    return textOf(item.kind === "map" ? treeAt(item, "source") : item) ?? "";
}
