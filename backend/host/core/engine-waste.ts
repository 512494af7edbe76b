/** Names and ids of images that must stay. */
export interface KeptImages {
    readonly names: ReadonlySet<string>;
    readonly ids: ReadonlySet<string>;
}

export interface EngineImage {
    readonly id: string;
    readonly tags: readonly string[];
    /** `name@digest`. */
    readonly digests: readonly string[];
    /** What only this image takes. */
    readonly bytes: number;
}

export interface EngineContainer {
    readonly id: string;
    readonly imageId: string;
    /** The image's name that it was made with. */
    readonly image: string;
    readonly state: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Names of the networks that it is in when it runs. */
    readonly networks: readonly string[];
}

export interface EngineNetwork {
    readonly id: string;
    readonly name: string;
    readonly createdAt: Date;
    readonly labels: Readonly<Record<string, string>>;
}

/** What lies on the engine and could go. Everything throws AppError `unavailable` while the engine is away. */
export interface EngineWaste {
    images(): Promise<readonly EngineImage[]>;
    /** All, stopped ones too. */
    containers(): Promise<readonly EngineContainer[]>;
    /** Those of this machine that somebody has made. */
    networks(): Promise<readonly EngineNetwork[]>;
    /** By a name or an id; false where the engine wants it kept. */
    removeImage(name: string): Promise<boolean>;
    /** False where it runs by now. Its volumes stay. */
    removeContainer(id: string): Promise<boolean>;
    /** False where it is used by now. */
    removeNetwork(id: string): Promise<boolean>;
    /** Volumes without a name that no container has. Throws AppError `conflict` for engines that would take others too. */
    pruneVolumes(): Promise<{ readonly count: number; readonly bytes: number }>;
    /** What builds have kept and no image needs; answers the bytes. */
    pruneBuildCache(): Promise<number>;
}
