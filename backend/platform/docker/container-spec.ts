import type Dockerode from "dockerode";

/** A container to be made. Times in seconds. */
export interface ContainerSpec {
    readonly name: string;
    readonly image: string;
    /** In the place of the image's own; the image's command is not used then. */
    readonly entrypoint?: readonly string[] | undefined;
    readonly command?: readonly string[] | undefined;
    readonly environment: Readonly<Record<string, string>>;
    readonly labels: Readonly<Record<string, string>>;
    /** Name or id, `user` or `user:group`; without it the image's own. */
    readonly user?: string | undefined;
    readonly workingDirectory?: string | undefined;
    /** Files and folders of the engine's machine; a missing one is refused. */
    readonly binds?: readonly { readonly source: string; readonly target: string }[] | undefined;
    /** Where volumes of its own are mounted, which go with it. */
    readonly volumes?: readonly string[] | undefined;
    /** "none" for one without a network. */
    readonly network: string;
    readonly aliases?: readonly string[] | undefined;
    readonly limits: {
        readonly cpus?: number | undefined;
        /** Memory without any swap beside it. */
        readonly memoryBytes?: number | undefined;
        readonly processes: number;
    };
    /** All that root holds in it. */
    readonly capabilities: readonly string[];
    /** In the place of the image's own, which "none" switches off. */
    readonly health?: "none" | HealthSpec | undefined;
    /** How much of its output the engine keeps, about. */
    readonly outputBytes: number;
}

interface HealthSpec {
    readonly command: readonly string[];
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly retries: number;
}

/** Of so many files the engine makes the log of a container: with one alone it would throw away everything at once. */
const logFiles = 2;

/** What the engine is told of a container: an init process, no new privileges, and no more rights than it names. */
export function describeContainer(spec: ContainerSpec): Dockerode.ContainerCreateOptions {
    return {
        name: spec.name,
        Image: spec.image,
        ...(spec.entrypoint && { Entrypoint: [...spec.entrypoint] }),
        ...(spec.command && { Cmd: [...spec.command] }),
        Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
        Labels: { ...spec.labels },
        ...(spec.user !== undefined && { User: spec.user }),
        ...(spec.workingDirectory !== undefined && { WorkingDir: spec.workingDirectory }),
        ...(spec.health && { Healthcheck: describeHealth(spec.health) }),
        HostConfig: describeHost(spec),
        ...(spec.aliases && {
            NetworkingConfig: { EndpointsConfig: { [spec.network]: { Aliases: [...spec.aliases] } } },
        }),
    };
}

function describeHost(spec: ContainerSpec): Dockerode.HostConfig {
    const { cpus, memoryBytes, processes } = spec.limits;
    return {
        NetworkMode: spec.network,
        Mounts: mounts(spec),
        Init: true,
        ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
        ...(memoryBytes !== undefined && { Memory: memoryBytes, MemorySwap: memoryBytes }),
        PidsLimit: processes,
        CapDrop: ["ALL"],
        CapAdd: [...spec.capabilities],
        SecurityOpt: ["no-new-privileges"],
        LogConfig: {
            Type: "json-file",
            Config: { "max-size": String(Math.ceil(spec.outputBytes / logFiles)), "max-file": String(logFiles) },
        },
    };
}

/** `Mounts` (unlike `Binds`) refuses a missing directory. */
function mounts({ binds = [], volumes = [] }: ContainerSpec): Dockerode.MountSettings[] {
    return [
        ...binds.map(({ source, target }) => ({ Type: "bind" as const, Source: source, Target: target })),
        ...volumes.map((target) => ({ Type: "volume" as const, Source: "", Target: target })),
    ];
}

function describeHealth(health: "none" | HealthSpec): Dockerode.HealthConfig {
    if (health === "none") {
        return { Test: ["NONE"] };
    }
    return {
        Test: ["CMD", ...health.command],
        Interval: health.intervalSeconds * 1e9,
        Timeout: health.timeoutSeconds * 1e9,
        Retries: health.retries,
    };
}
