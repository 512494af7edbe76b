/** What a build does beside building one image for the engine. */
export interface BuildExtras {
    /** Variables of the environment that a Dockerfile may mount as secrets of the same name. */
    readonly secrets: readonly string[];
    /** Empty for the engine's own. */
    readonly platforms: readonly string[];
    /** As `--cache-from` takes them. */
    readonly cacheFrom: readonly string[];
    readonly cacheTo: readonly string[];
}

/** The flags of `docker buildx build`. */
export function buildExtraFlags({ secrets, platforms, cacheFrom, cacheTo }: BuildExtras): readonly string[] {
    return [
        ...secrets.map((name) => `--secret=id=${name},env=${name}`),
        ...(platforms.length > 0 ? [`--platform=${platforms.join(",")}`] : []),
        ...cacheFrom.map((source) => `--cache-from=${source}`),
        ...cacheTo.map((target) => `--cache-to=${target}`),
    ];
}

/** The name that a secret has in the tag file: none of the repository's own. */
function secretKey(name: string): string {
    return `cicd-build-${name}`;
}

/** What stands under `build` of one service; undefined for nothing. */
export function buildExtraTree({ secrets, platforms, cacheFrom, cacheTo }: BuildExtras): object | undefined {
    const tree = {
        ...(secrets.length > 0 && { secrets: secrets.map((name) => ({ source: secretKey(name), target: name })) }),
        ...(platforms.length > 0 && { platforms }),
        ...(cacheFrom.length > 0 && { cache_from: cacheFrom }),
        ...(cacheTo.length > 0 && { cache_to: cacheTo }),
    };
    return Object.keys(tree).length > 0 ? tree : undefined;
}

/** The secrets themselves, at the top of a compose file; values come from the environment. */
export function secretDefinitions(names: Iterable<string>): Readonly<Record<string, object>> {
    return Object.fromEntries([...names].map((name) => [secretKey(name), { environment: name }]));
}
