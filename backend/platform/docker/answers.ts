import { z } from "zod";

const labels = z
    .record(z.string(), z.string())
    .nullish()
    .transform((given) => given ?? {});
const texts = z
    .array(z.string())
    .nullish()
    .transform((given) => given ?? []);

/** What of the engine's answers is used; `null` where Go has nil becomes the empty value. */
export const ContainerListItem = z.object({
    Id: z.string(),
    Names: texts,
    Image: z.string().default(""),
    ImageID: z.string().default(""),
    Labels: labels,
    State: z.string(),
    Status: z.string().default(""),
    Ports: z
        .array(
            z.object({
                IP: z.string().optional(),
                PrivatePort: z.int(),
                PublicPort: z.int().optional(),
                Type: z.string(),
            }),
        )
        .nullish()
        .transform((given) => given ?? []),
});
export type ContainerListItem = z.infer<typeof ContainerListItem>;

const Binding = z.object({ HostIp: z.string().default(""), HostPort: z.string().default("") });

export const ContainerDetails = z.object({
    Id: z.string(),
    Name: z.string(),
    Image: z.string(),
    RestartCount: z.int().default(0),
    State: z.object({
        Status: z.enum(["created", "running", "paused", "restarting", "removing", "exited", "dead"]),
        OOMKilled: z.boolean().default(false),
        ExitCode: z.int().default(0),
        StartedAt: z.string(),
        FinishedAt: z.string().default(""),
        Error: z.string().default(""),
        Health: z
            .object({
                Status: z.string(),
                Log: z.array(z.object({ ExitCode: z.int(), Output: z.string().default("") })).nullish(),
            })
            .nullish(),
    }),
    Config: z.object({
        Labels: labels,
        Image: z.string().optional(),
        Tty: z.boolean().default(false),
        StopTimeout: z.int().min(0).nullish(),
        /** In nanoseconds; 0 stands for the engine's default. */
        Healthcheck: z
            .object({
                Interval: z.number().default(0),
                StartInterval: z.number().default(0),
                StartPeriod: z.number().default(0),
            })
            .nullish(),
    }),
    HostConfig: z.object({
        RestartPolicy: z.object({ Name: z.string().default("") }).nullish(),
        NetworkMode: z.string().default(""),
    }),
    Mounts: z
        .array(z.object({ Type: z.string().default(""), Source: z.string().default(""), Destination: z.string() }))
        .nullish()
        .transform((given) => given ?? []),
    NetworkSettings: z.object({
        Ports: z
            .record(z.string(), z.array(Binding).nullish())
            .nullish()
            .transform((given) => given ?? {}),
        Networks: z
            .record(
                z.string(),
                z.object({
                    IPAddress: z.string().default(""),
                    GlobalIPv6Address: z.string().default(""),
                    Gateway: z.string().default(""),
                }),
            )
            .nullish()
            .transform((given) => given ?? {}),
    }),
});
export type ContainerDetails = z.infer<typeof ContainerDetails>;

export const ImageListItem = z.object({
    Id: z.string(),
    RepoTags: texts,
    RepoDigests: texts,
    Size: z.number().default(0),
    /** -1 where it was not computed. */
    SharedSize: z.number().optional(),
    /** A time when one image is asked for, seconds in a list. */
    Created: z
        .union([z.string(), z.number().transform((seconds) => new Date(seconds * 1000).toISOString())])
        .optional(),
    /** Only where one image is asked for. */
    Config: z.object({ User: z.string().default("") }).nullish(),
});
export type ImageListItem = z.infer<typeof ImageListItem>;

export const DockerEvent = z.object({
    Type: z.string(),
    Action: z.string(),
    Actor: z.object({ ID: z.string(), Attributes: labels }),
});
export type DockerEvent = z.infer<typeof DockerEvent>;

/** A line of the progress that the engine sends while it pulls. */
export const PullProgress = z.object({
    id: z.string().optional(),
    status: z.string().optional(),
    error: z.string().optional(),
    progressDetail: z.object({ total: z.number().optional() }).optional(),
});
export type PullProgress = z.infer<typeof PullProgress>;

export const NetworkListItem = z.object({ Id: z.string(), Name: z.string(), Labels: labels });
export type NetworkListItem = z.infer<typeof NetworkListItem>;

export const NetworkDetails = NetworkListItem.extend({
    /** By the id of each container in it. */
    Containers: z
        .record(z.string(), z.unknown())
        .nullish()
        .transform((given) => given ?? {}),
});

export const Info = z.object({
    DockerRootDir: z.string().optional(),
    DriverStatus: z.array(z.array(z.string())).nullish(),
    RegistryConfig: z
        .object({ IndexConfigs: z.record(z.string(), z.object({ Secure: z.boolean() })).nullish() })
        .nullish(),
});
export type Info = z.infer<typeof Info>;

export const Distribution = z.object({ Descriptor: z.object({ digest: z.string() }) });

export const Version = z.object({ Version: z.string() });
export const ExitStatus = z.object({ StatusCode: z.int() });
