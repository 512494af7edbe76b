import { isBelow } from "../compose/image-name.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import type { Engine, ImageLogin } from "../core/engine.ts";
import { imageLogin, type RegistryRecord, type RegistryStore } from "../core/registry.ts";

export interface RegistryEnginePorts {
    readonly engine: Engine;
    readonly buildConfigs: Pick<BuildConfigStore, "findByStack">;
    readonly imageRegistries: Pick<RegistryStore, "find">;
}

/** The registry that a build configuration names; undefined where it names none, or it is gone. */
export async function registryOf(
    { imageRegistries }: Pick<RegistryEnginePorts, "imageRegistries">,
    config: { readonly registryId?: string | null | undefined } | undefined,
): Promise<RegistryRecord | undefined> {
    return config?.registryId ? imageRegistries.find(config.registryId) : undefined;
}

/** The login of the stack's registry, for an image that lies there. */
export async function registryLoginFor(
    ports: Omit<RegistryEnginePorts, "engine">,
    stack: string,
    image: string,
): Promise<ImageLogin | undefined> {
    const registry = await registryOf(ports, await ports.buildConfigs.findByStack(stack));
    return registry !== undefined && isBelow(image, registry.url) ? imageLogin(registry) : undefined;
}

/** The engine, which asks for and pulls images of the stack's registry with its login. */
export async function registryEngine(ports: RegistryEnginePorts, stack: string): Promise<Engine> {
    const registry = await registryOf(ports, await ports.buildConfigs.findByStack(stack));
    const login = registry && imageLogin(registry);
    if (registry === undefined || login === undefined) {
        return ports.engine;
    }
    const { engine } = ports;
    const loginFor = (name: string) => (isBelow(name, registry.url) ? { login } : {});
    return {
        ...engine,
        pullImage: (name, options) => engine.pullImage(name, { ...options, ...loginFor(name) }),
        findRemoteDigest: (name, options) => engine.findRemoteDigest(name, { ...options, ...loginFor(name) }),
    };
}
