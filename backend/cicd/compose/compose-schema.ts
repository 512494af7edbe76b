import { z } from "zod";

/** A schema for the shape of a compose file: only what we rely on; Compose itself checks the rest. */
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], { error: "must be a text or a number" });
const text = z.union([z.string(), z.number()], { error: "must be a text" });
const texts = z.array(scalar, { error: "must be a list" });

function oneOf<const T extends readonly [z.ZodType, ...z.ZodType[]]>(options: T, error: string): z.ZodUnion<T> {
    return z.union(options, { error });
}

function mapOf(value: z.ZodType, what: string): z.ZodType {
    return z.record(z.string(), value, { error: `must be a map of ${what}` }).nullish();
}

const listOrMap = oneOf([texts, z.record(z.string(), scalar)], "must be a list or a map of texts").nullish();
const textOrTexts = oneOf([text, texts], "must be a text or a list of texts").nullish();
const anyMap = z.looseObject({}, { error: "must be a map" });

const build = oneOf(
    [
        z.string(),
        z.looseObject({
            context: text.nullish(),
            dockerfile: text.nullish(),
            dockerfile_inline: text.nullish(),
            args: listOrMap,
            additional_contexts: listOrMap,
        }),
    ],
    "must be a path, or a map with 'context', 'dockerfile' … as texts",
);

const dependsOn = oneOf(
    [texts, z.record(z.string(), z.looseObject({ condition: z.string().optional() }))],
    "must be a list of services, or a map of services with 'condition'",
);

const extension = oneOf([z.string(), z.looseObject({ service: z.string() })], "must name a 'service'");
const mounts = z.array(oneOf([z.string(), anyMap], "must be a text such as ./data:/data, or a map"), {
    error: "must be a list",
});
const ports = z.array(oneOf([text, anyMap], "must be a text such as 8080:80, or a map"), { error: "must be a list" });
const envFile = oneOf(
    [
        z.string(),
        z.array(oneOf([z.string(), z.looseObject({ path: z.string() })], "must be a path, or a map with 'path'")),
    ],
    "must be a path or a list of paths",
);

const service = z.looseObject(
    {
        image: z.string({ error: "must be a text: the name of an image" }).nullish(),
        build: build.nullish(),
        container_name: text.nullish(),
        command: textOrTexts,
        entrypoint: textOrTexts,
        environment: listOrMap,
        labels: listOrMap,
        env_file: envFile.nullish(),
        depends_on: dependsOn.nullish(),
        extends: extension.nullish(),
        volumes: mounts.nullish(),
        ports: ports.nullish(),
        healthcheck: anyMap.nullish(),
        deploy: anyMap.nullish(),
    },
    { error: "must be a map with 'image' or 'build'" },
);

const source = z.looseObject({}, { error: "must be a map" }).nullish();

const include = z
    .array(
        oneOf(
            [
                z.string(),
                z.looseObject({ path: textOrTexts, project_directory: text.nullish(), env_file: textOrTexts }),
            ],
            "must be a path, or a map with 'path'",
        ),
        { error: "must be a list of paths" },
    )
    .nullish();

export const ComposeShape = z.looseObject(
    {
        name: text.nullish(),
        include,
        services: mapOf(service, "services"),
        networks: mapOf(source, "networks"),
        volumes: mapOf(source, "volumes"),
        secrets: mapOf(source, "secrets"),
        configs: mapOf(source, "configs"),
    },
    { error: "must be a map with 'services'" },
);
