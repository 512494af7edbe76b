/** A folder or file of the host, or a volume, that a container sees. Absolute paths. */
export interface Mount {
    /** On the engine's machine. */
    readonly source: string;
    /** Inside of the container. */
    readonly target: string;
}

/** The container that this server runs in, as its engine describes it. */
export interface OwnContainer {
    readonly id: string;
    readonly imageId: string;
    /** The compose project that it belongs to. */
    readonly stack?: string | undefined;
    /** Whether the host's addresses are its own. */
    readonly hasHostNetwork: boolean;
    /** The host's addresses in the container's networks. */
    readonly gateways: readonly string[];
    readonly mounts: readonly Mount[];
}

/**
 * Answers undefined where the server runs in no container of its engine. Throws AppError `unavailable` where it may run
 * in one and the engine does not answer.
 */
export type FindOwnContainer = () => Promise<OwnContainer | undefined>;

/** What the engine's machine calls an absolute path of the container; undefined where it knows none of it. */
export function hostPath({ mounts }: Pick<OwnContainer, "mounts">, path: string): string | undefined {
    const holding = mounts.filter(({ target }) => target === "/" || path === target || path.startsWith(`${target}/`));
    const [nearest] = holding.toSorted((left, right) => right.target.length - left.target.length);
    if (nearest === undefined) {
        return undefined;
    }
    const rest = path.slice(nearest.target === "/" ? 0 : nearest.target.length);
    return `${nearest.source === "/" ? "" : nearest.source}${rest}` || "/";
}

/** Why compose's relative mounts would go wrong: the engine looks for them on its own machine. */
export function stacksDirectoryTrouble(own: OwnContainer, directory: string): string | undefined {
    const there = hostPath(own, directory);
    if (there === directory) {
        return undefined;
    }
    if (there === undefined) {
        return `DOCKGE_STACKS_DIR: ${directory} lies in this container alone; mount it from the host under the same path (${directory}:${directory})`;
    }
    return (
        `DOCKGE_STACKS_DIR: ${directory} is ${there} on the host, and stacks need the same path on both sides; ` +
        `mount ${there}:${there} and set DOCKGE_STACKS_DIR=${there}`
    );
}

/** Why a stack is not to be touched from here. */
export function ownStackTrouble(own: OwnContainer | undefined, stack: string): string | undefined {
    return own?.stack === stack
        ? `${stack}: this stack runs this server itself, which would end half-way; update it on the host with "docker compose pull" and "docker compose up -d"`
        : undefined;
}
