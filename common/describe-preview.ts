import type { NameChanges, Preview, ServiceChange } from "./schema/preview.ts";

const mostFiles = 10;

/** A preview in words, for logs and terminals: one line each, details indented. */
export function describePreview(preview: Preview): readonly string[] {
    return [
        ...machineLine(preview),
        ...preview.services.flatMap(serviceLines),
        ...fileLine("files written", preview.filesWritten),
        ...fileLine("files removed", preview.filesRemoved),
        ...fileLine("files of yours replaced (a copy is kept)", preview.filesReplaced),
        ...preview.warnings.map((text) => `warning${isNew(preview, text) ? ", new" : ""}: ${text}`),
    ];
}

/** Whether a deployment would touch anything of the stack. */
export function changesAnything({ services, filesWritten, filesRemoved, filesReplaced }: Preview): boolean {
    const files = filesWritten.length + filesRemoved.length + filesReplaced.length;
    return files > 0 || services.some(({ action }) => action !== "none");
}

function machineLine({ machines = [] }: Preview): readonly string[] {
    const isPlain = machines.every(({ id }) => id === "local");
    return isPlain ? [] : [`goes to ${machines.map(({ name }) => name).join(", then ")}`];
}

function isNew({ newWarnings = [] }: Preview, text: string): boolean {
    return newWarnings.includes(text);
}

function serviceLines(change: ServiceChange): readonly string[] {
    const { service, action, reasons, machine } = change;
    const name = machine === undefined ? service : `${service} on ${machine}`;
    const what = action === "none" ? "unchanged" : action;
    const why = reasons.length > 0 ? ` (${reasons.join(", ")})` : "";
    return [`${name}: ${what}${why}`, ...detailLines(change).map((line) => `  ${line}`)];
}

function detailLines(change: ServiceChange): readonly string[] {
    const { previousImage, image, variables, ports, mounts } = change;
    return [
        ...(previousImage === undefined ? [] : [`image: ${previousImage} → ${image ?? "none"}`]),
        ...changeLine("variables", variables, variables?.changed),
        ...changeLine("ports", ports),
        ...changeLine("mounts", mounts),
    ];
}

function changeLine(what: string, names: NameChanges | undefined, changed: readonly string[] = []): readonly string[] {
    if (names === undefined) {
        return [];
    }
    const signed = [
        ...names.added.map((name) => `+${name}`),
        ...names.removed.map((name) => `-${name}`),
        ...changed.map((name) => `~${name}`),
    ];
    return [`${what}: ${signed.join(", ")}`];
}

function fileLine(what: string, paths: readonly string[]): readonly string[] {
    if (paths.length === 0) {
        return [];
    }
    const shown = paths.slice(0, mostFiles).join(", ");
    const more = paths.length > mostFiles ? ` and ${paths.length - mostFiles} more` : "";
    return [`${what}: ${shown}${more}`];
}
