import type { BuildExtras } from "../commands/build-extras.ts";
import { isBelow, repositoryOf } from "../compose/image-name.ts";
import type { BuildConfigRecord } from "../core/build-config.ts";
import type { RegistryRecord } from "../core/registry.ts";
import type { Release } from "../core/release.ts";

export interface BuildExtrasInput {
    readonly config: Pick<BuildConfigRecord, "buildSecrets" | "platforms" | "buildCache">;
    /** Service → full image name. */
    readonly images: ReadonlyMap<string, string>;
    readonly registry?: RegistryRecord | undefined;
    readonly previous?: Release | undefined;
}

/** Service → the secrets, platforms and caches of its build; empty where nothing is asked for. */
export function buildExtras(input: BuildExtrasInput): ReadonlyMap<string, BuildExtras> {
    const { buildSecrets: secrets, platforms, buildCache } = input.config;
    if (secrets.length + platforms.length === 0 && buildCache === "local") {
        return new Map();
    }
    return new Map(
        [...input.images].map(([service, image]) => [
            service,
            { secrets, platforms, ...cacheOf(input, service, image) },
        ]),
    );
}

function cacheOf(
    { config, registry, previous }: BuildExtrasInput,
    service: string,
    image: string,
): Pick<BuildExtras, "cacheFrom" | "cacheTo"> {
    if (registry === undefined || config.buildCache === "local") {
        return { cacheFrom: [], cacheTo: [] };
    }
    if (config.buildCache === "registry") {
        const reference = `type=registry,ref=${repositoryOf(image)}:buildcache`;
        return { cacheFrom: [reference], cacheTo: [`${reference},mode=max`] };
    }
    const before = previous?.images.find((one) => one.service === service && one.built)?.image;
    const cacheFrom = before !== undefined && isBelow(before, registry.url) ? [`type=registry,ref=${before}`] : [];
    return { cacheFrom, cacheTo: ["type=inline"] };
}
