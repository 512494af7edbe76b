import { AppError } from "../../../common/errors.ts";
import { ownLabels } from "../core/engine.ts";
import { canonicalJson, type MovedPath, moveText } from "./canonical-json.ts";
import { orderByDependency } from "./dependency-order.ts";
import { type RenderedService, RenderedProject } from "./rendered-project.ts";

/** A stack as Compose understands it, services in dependency order. */
export interface ServiceModel {
    readonly name: string;
    readonly services: readonly ServiceEntry[];
}

export interface ServiceEntry {
    readonly name: string;
    readonly image: string | undefined;
    readonly containerName: string | undefined;
    readonly replicas: number;
    readonly restart: string;
    /** Meant to end: waited for with `service_completed_successfully`, or labelled `cicd.one-shot=true`. */
    readonly oneShot: boolean;
    /** `image`: what the image brings, if anything. */
    readonly healthCheck: "own" | "disabled" | "image";
    readonly publishedPorts: readonly PublishedPort[];
    readonly dependencies: readonly Dependency[];
    /** Services whose network, process ids or volumes it uses: when they are recreated, it must be too. */
    readonly sharesWith: readonly string[];
    readonly bindMounts: readonly { readonly source: string; readonly target: string }[];
    readonly labels: Readonly<Record<string, string>>;
    /** Its rendered model with sorted keys; what Compose does not look at, and our hash label, left out. */
    readonly canonical: string;
}

export interface PublishedPort {
    /** "" for every address. */
    readonly hostIp: string;
    readonly port: number;
    readonly protocol: string;
}

export interface Dependency {
    readonly service: string;
    readonly condition: string;
    /** Whether it wants to be restarted with the other. */
    readonly restart: boolean;
}

/**
 * Reads the output of `docker compose config --format json`. Where it was rendered in another directory than it is
 * applied in, `moved` says so, and the paths are those of the latter. Throws AppError `internal` for other text.
 */
export function readServiceModel(json: string, moved?: MovedPath): ServiceModel {
    const project = parseRendered(json);
    const services = Object.entries(project.services ?? {});
    const awaited = awaitedToEnd(services);
    const entries = services.map(([name, service]) => toEntry(name, service, awaited.has(name), moved));
    return { name: project.name ?? "", services: orderByDependency(entries) };
}

/** Service → hash of what makes Compose recreate it (mounted files apart). */
export function serviceHashes(model: ServiceModel, hash: (text: string) => string): Readonly<Record<string, string>> {
    return Object.fromEntries(model.services.map((service) => [service.name, hash(service.canonical)]));
}

function parseRendered(json: string): RenderedProject {
    try {
        return RenderedProject.parse(JSON.parse(json));
    } catch (cause) {
        throw new AppError("internal", "docker compose config: its output cannot be read", { cause });
    }
}

function awaitedToEnd(services: readonly (readonly [string, RenderedService])[]): ReadonlySet<string> {
    const dependencies = services.flatMap(([, service]) => Object.entries(service.depends_on ?? {}));
    const ending = dependencies.filter(([, { condition }]) => condition === "service_completed_successfully");
    return new Set(ending.map(([name]) => name));
}

function toEntry(name: string, service: RenderedService, awaited: boolean, moved: MovedPath | undefined): ServiceEntry {
    const labels = service.labels ?? {};
    return {
        name,
        image: service.image,
        containerName: service.container_name,
        replicas: service.scale ?? service.deploy?.replicas ?? 1,
        restart: service.restart ?? "no",
        oneShot: awaited || labels[ownLabels.oneShot] === "true",
        healthCheck: healthCheckOf(service),
        publishedPorts: (service.ports ?? []).flatMap(publishedPorts),
        dependencies: dependenciesOf(service),
        sharesWith: sharedServices(service),
        bindMounts: bindMountsOf(service, moved),
        labels,
        canonical: canonicalService(service, moved),
    };
}

function healthCheckOf(service: RenderedService): ServiceEntry["healthCheck"] {
    const check = service.healthcheck;
    if (check === undefined || check === null) {
        return "image";
    }
    return check.disable === true || check.test?.[0] === "NONE" ? "disabled" : "own";
}

function publishedPorts(port: NonNullable<RenderedService["ports"]>[number]): readonly PublishedPort[] {
    const [first, last] = String(port.published ?? "")
        .split("-")
        .map(Number);
    // A range leaves the engine a choice, so no single port can be said to be needed.
    if (first === undefined || !Number.isInteger(first) || first <= 0 || (last !== undefined && last !== first)) {
        return [];
    }
    return [{ hostIp: port.host_ip ?? "", port: first, protocol: port.protocol ?? "tcp" }];
}

function dependenciesOf(service: RenderedService): readonly Dependency[] {
    const declared = Object.entries(service.depends_on ?? {}).map(([name, { condition, restart }]) => ({
        service: name,
        condition: condition ?? "service_started",
        restart: restart === true,
    }));
    const links = (service.links ?? []).map((link) => link.split(":", 1)[0] ?? link);
    const implied = [...links, ...sharedServices(service)].filter(
        (name) => !declared.some((known) => known.service === name),
    );
    return [
        ...declared,
        ...[...new Set(implied)].map((name) => ({ service: name, condition: "service_started", restart: false })),
    ];
}

function sharedServices(service: RenderedService): readonly string[] {
    const modes = [service.network_mode, service.ipc, service.pid];
    const spaces = modes.flatMap((mode) => (mode?.startsWith("service:") ? [mode.slice("service:".length)] : []));
    const volumes = (service.volumes_from ?? []).filter((from) => !from.startsWith("container:"));
    return [...new Set([...spaces, ...volumes.map((from) => from.split(":", 1)[0] ?? from)])];
}

function bindMountsOf(service: RenderedService, moved: MovedPath | undefined): ServiceEntry["bindMounts"] {
    const binds = (service.volumes ?? []).filter((mount) => mount.type === "bind");
    return binds.map(({ source, target }) => ({ source: moveText(source ?? "", moved), target: target ?? "" }));
}

/** Compose does not recreate for these; our label has its own place in a plan. */
function canonicalService(service: RenderedService, moved: MovedPath | undefined): string {
    const kept = without(service, ["build", "pull_policy", "scale", "profiles", "deploy", "labels"]);
    const labels = without(service.labels ?? {}, [ownLabels.filesHash]);
    const deploy = service.deploy ? without(service.deploy, ["replicas"]) : undefined;
    return canonicalJson({ ...kept, labels, deploy }, moved);
}

function without(
    record: Readonly<Record<string, unknown>>,
    keys: readonly string[],
): Readonly<Record<string, unknown>> {
    return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
