import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import { z } from "zod";

const portNumber = z.union([z.string(), z.number()]);
const LongPort = z.object({ published: portNumber, target: portNumber });

export interface ComposeService {
    readonly name: string;
    /** `image:tag`; undefined where the service is built. */
    readonly image?: string | undefined;
    readonly built: boolean;
    readonly ports: readonly string[];
}

/** What a compose file says; `error` where it cannot be read. */
export interface ComposeReading {
    readonly services: readonly ComposeService[];
    readonly error?: { readonly message: string; readonly line: number } | undefined;
}

/** Reads a compose file's text for showing. */
export function readCompose(text: string): ComposeReading {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const problem = document.errors[0];
    if (problem !== undefined) {
        return { services: [], error: { message: problem.message, line: lines.linePos(problem.pos[0]).line } };
    }
    return { services: servicesOf(document) };
}

function servicesOf(document: Document): readonly ComposeService[] {
    const services = document.get("services");
    if (!isMap(services)) {
        return [];
    }
    return services.items.flatMap(({ key, value }) => {
        const name = isScalar(key) ? String(key.value) : "";
        return name === "" ? [] : [serviceOf(name, value)];
    });
}

function serviceOf(name: string, node: unknown): ComposeService {
    if (!isMap(node)) {
        return { name, built: false, ports: [] };
    }
    const image = node.get("image");
    return {
        name,
        image: typeof image === "string" ? image : undefined,
        built: node.has("build"),
        ports: portsOf(node.get("ports")),
    };
}

function portsOf(node: unknown): readonly string[] {
    return isSeq(node) ? node.items.flatMap(portEntry) : [];
}

/** Short entries as they are; long ones as `published:target`. */
function portEntry(item: unknown): readonly string[] {
    if (isScalar(item)) {
        return [String(item.value)];
    }
    const long = LongPort.safeParse(isMap(item) ? item.toJSON() : undefined);
    return long.success ? [`${long.data.published}:${long.data.target}`] : [];
}

/** The port that a port entry opens on the machine: `8080:80`, `127.0.0.1:8080:80/tcp`; undefined for ranges, variables and 0, where the engine chooses. */
export function publishedPort(entry: string): number | undefined {
    const parts = entry.replace(/\/(tcp|udp)$/, "").split(":");
    const published = parts.length < 2 ? undefined : parts.at(-2);
    return published !== undefined && /^[1-9]\d{0,4}$/.test(published) ? Number(published) : undefined;
}

/** The services of the file, then those that only containers tell of. */
export function servicesWith(
    services: readonly ComposeService[],
    containers: readonly { readonly service: string; readonly image: string }[],
): readonly ComposeService[] {
    const known = new Set(services.map(({ name }) => name));
    const others = new Map(containers.filter(({ service }) => !known.has(service)).map((one) => [one.service, one]));
    return [
        ...services,
        ...Array.from(others.values(), ({ service, image }) => ({ name: service, image, built: false, ports: [] })),
    ];
}
