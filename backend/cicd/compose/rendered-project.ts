import { z } from "zod";

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const texts = z.array(z.string()).nullish();

const RenderedService = z.looseObject({
    image: z.string().optional(),
    container_name: z.string().optional(),
    scale: z.number().optional(),
    deploy: z.looseObject({ replicas: z.number().nullish().transform(orUndefined) }).nullish(),
    restart: z.string().optional(),
    labels: z.record(z.string(), text).nullish(),
    healthcheck: z.looseObject({ disable: z.boolean().optional(), test: texts }).nullish(),
    ports: z
        .array(
            z.looseObject({
                published: z.union([z.string(), z.number()]).optional(),
                host_ip: z.string().optional(),
                protocol: z.string().optional(),
            }),
        )
        .nullish(),
    depends_on: z
        .record(z.string(), z.looseObject({ condition: z.string().optional(), restart: z.boolean().optional() }))
        .nullish(),
    links: texts,
    volumes_from: texts,
    network_mode: z.string().optional(),
    ipc: z.string().optional(),
    pid: z.string().optional(),
    volumes: z
        .array(z.looseObject({ type: z.string(), source: z.string().optional(), target: z.string().optional() }))
        .nullish(),
    build: z.unknown().optional(),
    pull_policy: z.unknown().optional(),
    profiles: z.unknown().optional(),
});
export type RenderedService = z.infer<typeof RenderedService>;

/** What we read of the JSON that `docker compose config` prints; everything else passes through. */
export const RenderedProject = z.looseObject({
    name: z.string().optional(),
    services: z.record(z.string(), RenderedService).nullish(),
});
export type RenderedProject = z.infer<typeof RenderedProject>;

function orUndefined<T>(value: T | null | undefined): T | undefined {
    return value ?? undefined;
}
