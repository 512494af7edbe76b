import type { PipelineServices } from "../../../common/schema/pipeline-service.ts";

type List = Extract<PipelineServices, readonly unknown[]>;
type Named = Exclude<List[number], string>;

/** Both ways to write services as one: each with its name, "" where none can be told. */
export function namedServices(services: PipelineServices | undefined): readonly (Named & { readonly name: string })[] {
    if (services === undefined) {
        return [];
    }
    if (Array.isArray(services)) {
        return services.map((service) => {
            const fields = typeof service === "string" ? { image: service } : service;
            return { ...fields, name: fields.name ?? nameOf(fields.image) };
        });
    }
    return Object.entries(services).map(([name, service]) => ({
        ...(typeof service === "string" ? { image: service } : service),
        name,
    }));
}

/** `postgres` of `ghcr.io/team/postgres:16@sha256:…`. */
function nameOf(image: string): string {
    return (
        /^(?:[^@]*\/)?([a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?)(?::[^/@]*)?(?:@.*)?$/i.exec(image)?.[1]?.slice(0, 63) ?? ""
    );
}
