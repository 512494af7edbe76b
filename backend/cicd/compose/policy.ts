import { z } from "zod";
import { accessOf } from "./host-access.ts";
import { insidePath } from "./service-facts.ts";
import type { ServiceModel } from "./service-model.ts";
import { listNode, mapNode, textNode, type Tree } from "./tree.ts";

const Service = z.looseObject({
    volumes: z.array(z.looseObject({ type: z.string(), source: z.string().optional() })).nullish(),
});

/**
 * What the services of a rendered stack take of the machine beside the stack's own directory, in the sentences that its
 * compose files get: mounts of the machine, the Docker socket, privileged services, its namespaces, devices.
 */
export function policyWarnings(model: ServiceModel, stackDirectory: string): readonly string[] {
    const services = model.services.map(({ name, canonical }) => {
        const service = Service.parse(JSON.parse(canonical));
        const volumes = (service.volumes ?? []).filter(
            ({ type, source = "" }) => type !== "bind" || insidePath(source, stackDirectory) === source,
        );
        return [name, treeOf({ ...service, volumes })] as const;
    });
    return [...new Set(accessOf(mapNode([["services", mapNode(services)]])))];
}

function treeOf(value: unknown): Tree {
    if (Array.isArray(value)) {
        return listNode(value.map(treeOf));
    }
    if (typeof value === "object" && value !== null) {
        return mapNode(Object.entries(value).map(([key, item]) => [key, treeOf(item)] as const));
    }
    return textNode(typeof value === "string" ? value : JSON.stringify(value ?? ""));
}
