/** A container as the engine lists it. */
export interface ContainerSummary {
    readonly id: string;
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly state: string;
    /** healthy, unhealthy or starting; only of a listed one that has a health check. */
    readonly health?: string | undefined;
    /** Only of a listed one that has exited. */
    readonly exitCode?: number | undefined;
    readonly imageId: string;
    /** The image's name as the container was made with it, where the engine still knows it. */
    readonly image?: string | undefined;
    /** Host ports that it publishes. */
    readonly publishedPorts: readonly number[];
    /** The same with address ("" or 0.0.0.0 for every one) and protocol, where it is known. */
    readonly bindings?: readonly { readonly host: string; readonly port: number; readonly protocol: string }[];
}

/** What verifying looks at. */
export interface ContainerState {
    readonly id: string;
    readonly name: string;
    readonly service: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly imageId: string;
    /** The image's name as the container was made with it. */
    readonly image?: string | undefined;
    readonly status: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
    readonly health: "none" | "starting" | "healthy" | "unhealthy";
    readonly exitCode: number;
    readonly restartCount: number;
    /** ISO 8601; changes at every start. */
    readonly startedAt: string;
    readonly oomKilled: boolean;
    /** Why the engine could not start it; undefined where it could. */
    readonly startError?: string | undefined;
    /** The last result of its health check: exit code, and what the check wrote, at most some KiB. */
    readonly lastCheck?: { readonly exitCode: number; readonly output: string } | undefined;
    /** How long its health check waits before it is first run. */
    readonly firstCheckSeconds?: number | undefined;
    readonly restartPolicy: string;
    /** Container port → address on this machine. */
    readonly ports: readonly { readonly containerPort: number; readonly host: string; readonly hostPort: number }[];
    /** Its own addresses in the engine's networks. */
    readonly addresses: readonly string[];
}

export interface EngineEvent {
    readonly action: string;
    readonly containerId: string;
    /** With what the engine tells of the event, such as `exitCode` of a `die`. */
    readonly labels: Readonly<Record<string, string>>;
}

export interface FollowLogsOptions {
    readonly signal: AbortSignal;
    /** How many of the lines that are there are handed on. */
    readonly lines: number;
    /** Lines before this time (of the engine, as it was handed on) may be left out. */
    readonly since?: string | undefined;
    /** `time` in RFC 3339 with nanoseconds: later lines have a greater one. */
    readonly onOutput: (time: string, text: string) => void;
}

/** A line that a container wrote. */
export interface OutputLine {
    readonly stream: "stdout" | "stderr";
    readonly text: string;
}

export interface ImageInfo {
    readonly id: string;
    readonly tags: readonly string[];
    readonly digests: readonly string[];
    readonly sizeBytes: number;
    /** What of it other images have too, where it was asked for; -1 where the engine does not know. */
    readonly sharedBytes?: number | undefined;
    /** ISO 8601; of the last build that was not taken from the builder's cache. */
    readonly createdAt?: string | undefined;
    /** As whom its containers run, as it says: `user` or `user:group`. Only of one that was asked for by its name. */
    readonly user?: string | undefined;
}

/** A registry's login, as the engine is given it with one call. */
export interface ImageLogin {
    readonly username: string;
    readonly password: string;
}

export interface EngineFacts {
    /** Where it keeps images, as a directory of this machine; undefined where the engine is on another one. */
    readonly dataRoot?: string | undefined;
    /** The same as a directory of the engine's own machine. */
    readonly rootDirectory?: string | undefined;
    /** Hosts of registries that it may reach without TLS, beside those of its own machine. */
    readonly insecureRegistries: readonly string[];
    /** Whether it keeps images of several platforms under one name (the containerd image store). */
    readonly keepsPlatforms: boolean;
}

/**
 * A Docker engine, through its API. Every method throws AppError `unavailable` (details `{ errorCode:
 * "engine_unavailable" }`) when the engine does not answer.
 */
export interface Engine {
    /** Version of the engine; throws when it is away. */
    ping(): Promise<{ readonly version: string }>;
    findImage(name: string): Promise<ImageInfo | undefined>;
    /** Those whose name matches; without a reference all, also unnamed ones, with `sharedBytes`. */
    listImages(reference?: string): Promise<readonly ImageInfo[]>;
    tagImage(source: string, target: string): Promise<void>;
    removeImage(name: string): Promise<void>;
    /** Pulls one image; throws AppError `invalid` with details `pull_failed` and the registry's own words. */
    pullImage(
        name: string,
        options: { signal: AbortSignal; onLine: (line: string) => void; login?: ImageLogin | undefined },
    ): Promise<void>;
    /** The digest that a name has in its registry; undefined where the registry does not say, or not within 10 s. */
    findRemoteDigest(
        name: string,
        options: { readonly signal: AbortSignal; readonly login?: ImageLogin | undefined },
    ): Promise<string | undefined>;
    /** What the builder's cache takes, in bytes; undefined where the engine does not say. */
    findBuildCacheBytes(): Promise<number | undefined>;
    /**
     * Removes what the builder has not used for a day, the oldest first, until its cache takes no more than this.
     * Answers the bytes that are free now. The cache is that of everybody who builds there.
     */
    boundBuildCache(mostBytes: number): Promise<number>;
    /** What builds and pushes must know of the engine. */
    describe(): Promise<EngineFacts>;
    /** All containers (stopped ones too) that carry every one of these labels (`key` or `key=value`). */
    listContainers(labels: readonly string[]): Promise<readonly ContainerSummary[]>;
    findContainer(nameOrId: string): Promise<ContainerSummary | undefined>;
    inspect(id: string): Promise<ContainerState | undefined>;
    /** Without `graceSeconds` the container gets the time that it was made with (`stop_grace_period`). */
    stopContainer(id: string, graceSeconds?: number): Promise<void>;
    /** Removes a container by force, never its volumes. Fine when it is gone. */
    removeContainer(id: string): Promise<void>;
    /** The last lines of a container's output, oldest first. */
    tailLogs(id: string, lines: number): Promise<readonly OutputLine[]>;
    /** A container's output, from its last lines on, until it stops or the signal aborts. Fine when it is gone. */
    followLogs(id: string, options: FollowLogsOptions): Promise<void>;
    /** Calls back for every container event until the signal aborts; `onGap` after each reconnect (events were lost). */
    watch(options: {
        readonly signal: AbortSignal;
        readonly onEvent: (event: EngineEvent) => void;
        readonly onGap: () => void;
        readonly onAway: () => void;
    }): void;
    /** Whether an image can be run: creates and starts a container that runs a user's command, and follows it. */
    runCommand(options: ContainerCommand): Promise<number>;
}

/** A user's command inside a container of `buildImage`. The container is labelled and removed afterwards. */
export interface ContainerCommand {
    readonly image: string;
    readonly argv: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    readonly workspace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
    readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
}

export const composeLabels = {
    project: "com.docker.compose.project",
    service: "com.docker.compose.service",
    configHash: "com.docker.compose.config-hash",
    oneOff: "com.docker.compose.oneoff",
    number: "com.docker.compose.container-number",
    version: "com.docker.compose.version",
} as const;

/**
 * Whether a container with a stack's labels is one of its services'. Not one-off ones; and not what somebody runs by
 * hand of an image that Compose built: it has the labels of the image, but no hash of a configuration.
 */
export function isOfService(labels: Readonly<Record<string, string>>): boolean {
    const isByHand = labels[composeLabels.version] !== undefined && labels[composeLabels.configHash] === undefined;
    return labels[composeLabels.oneOff] !== "True" && !isByHand;
}

/** Our own labels on containers that a deployment makes besides the stack's. */
export const ownLabels = {
    deployment: "cicd.deployment",
    server: "cicd.server",
    oneShot: "cicd.one-shot",
    filesHash: "cicd.files-hash",
} as const;
