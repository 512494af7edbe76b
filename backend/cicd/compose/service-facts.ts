import { z } from "zod";
import type { ServiceEntry } from "./service-model.ts";

/** What of a service a person wants to know before it is changed. */
export interface ServiceFacts {
    readonly image: string | undefined;
    /** Name → value; "" for one without. */
    readonly variables: ReadonlyMap<string, string>;
    /** In Compose's short form. */
    readonly ports: readonly string[];
    readonly mounts: readonly string[];
}

const number = z.union([z.string(), z.number()]).transform(String);

const Canonical = z.looseObject({
    environment: z.record(z.string(), z.unknown()).nullish(),
    ports: z
        .array(
            z.looseObject({
                target: number.optional(),
                published: number.optional(),
                host_ip: z.string().optional(),
                protocol: z.string().optional(),
            }),
        )
        .nullish(),
    volumes: z
        .array(
            z.looseObject({
                type: z.string(),
                source: z.string().optional(),
                target: z.string().optional(),
                read_only: z.boolean().optional(),
            }),
        )
        .nullish(),
});
type Canonical = z.infer<typeof Canonical>;

/** Reads a rendered service. Paths inside of the stack's directory are written from there: `./data`. */
export function serviceFacts({ image, canonical }: ServiceEntry, stackDirectory: string): ServiceFacts {
    const service = Canonical.parse(JSON.parse(canonical));
    const variables = Object.entries(service.environment ?? {});
    return {
        image,
        variables: new Map(variables.map(([name, value]) => [name, textOf(value)])),
        ports: (service.ports ?? []).map(portText),
        mounts: (service.volumes ?? []).map((mount) => mountText(mount, stackDirectory)),
    };
}

function textOf(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

function portText(port: NonNullable<Canonical["ports"]>[number]): string {
    const { host_ip: address = "", published = "", target = "", protocol = "tcp" } = port;
    const host = address.includes(":") ? `[${address}]` : address;
    return [host, published, `${target}/${protocol}`].filter((part) => part !== "").join(":");
}

function mountText(mount: NonNullable<Canonical["volumes"]>[number], stackDirectory: string): string {
    const { type, source = "", target = "" } = mount;
    const from = type === "tmpfs" ? "tmpfs" : insidePath(source, stackDirectory);
    return [from, target, mount.read_only === true ? "ro" : ""].filter((part) => part !== "").join(":");
}

/** An inner path as a compose file would name it; any other as it is. */
export function insidePath(path: string, stackDirectory: string): string {
    if (path === stackDirectory) {
        return ".";
    }
    return path.startsWith(`${stackDirectory}/`) ? `.${path.slice(stackDirectory.length)}` : path;
}
