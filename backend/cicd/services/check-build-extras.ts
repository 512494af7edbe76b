import { AppError } from "../../../common/errors.ts";
import type { BuildConfigInput } from "../../../common/schema/build-config.ts";
import { namesHost } from "../compose/image-name.ts";
import type { Variable } from "../core/build-config.ts";
import type { RegistryRecord, RegistryStore } from "../core/registry.ts";
import { storedAddress } from "../core/registry-address.ts";
import { composeEnvironment } from "./stack-environment.ts";

export interface BuildExtrasPorts {
    readonly imageRegistries: Pick<RegistryStore, "find">;
}

/** Throws `invalid` for a registry, a build secret, a stage or a cache that cannot be used. */
export async function checkBuildExtras(
    ports: BuildExtrasPorts,
    input: BuildConfigInput,
    variables: readonly Variable[],
): Promise<void> {
    const registry = input.registryId ? await ports.imageRegistries.find(input.registryId) : undefined;
    checkRegistry(input, registry);
    const known = composeEnvironment(variables.filter(({ secret }) => secret));
    const missing = input.buildSecrets.findIndex((name) => known[name] === undefined);
    if (missing !== -1) {
        const name = input.buildSecrets[missing] ?? "";
        throw new AppError(
            "invalid",
            `buildSecrets.${missing}: there is no secret variable ${name} that builds may use; ` +
                "add it to environmentVariables with secret: true",
        );
    }
    if (input.buildTarget && !input.dockerfilePath) {
        throw new AppError(
            "invalid",
            'buildTarget: goes with dockerfilePath; in a compose file say "target" under the service\'s build',
        );
    }
}

function checkRegistry(input: BuildConfigInput, registry: RegistryRecord | undefined): void {
    const { registryId, imageTemplate } = input;
    if (registryId && registry === undefined) {
        throw new AppError(
            "invalid",
            `registryId: there is no registry ${registryId}; list the registries to find one`,
        );
    }
    if (registry === undefined) {
        const field = input.platforms.length > 1 ? "platforms" : "buildCache";
        if (input.platforms.length > 1 || input.buildCache !== "local") {
            throw new AppError(
                "invalid",
                `${field}: needs a registry, where images and cache go; choose registryId too`,
            );
        }
        return;
    }
    const { host } = storedAddress(registry.url);
    if (imageTemplate && namesHost(imageTemplate) && !imageTemplate.startsWith(`${host}/`)) {
        throw new AppError(
            "invalid",
            `imageTemplate: names another registry than ${registry.name}; begin with ${host}/, or leave the host out`,
        );
    }
}
