import { AppError } from "../../../common/errors.ts";
import type { BuildConfig, BuildConfigInput } from "../../../common/schema/build-config.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import { mergeVariables, viewBuildConfig } from "../core/build-config.ts";
import type { RepositoryStore } from "../core/git-repository.ts";

export interface BuildConfigPorts {
    readonly buildConfigs: BuildConfigStore;
    readonly repositories: Pick<RepositoryStore, "findByStack">;
}

/** A stack's build configuration without the values of secrets; undefined where it has none. */
export async function findBuildConfig(ports: BuildConfigPorts, stack: string): Promise<BuildConfig | undefined> {
    const record = await ports.buildConfigs.findByStack(stack);
    return record === undefined ? undefined : viewBuildConfig(record);
}

/**
 * Replaces a stack's build configuration. A secret variable that is left out is kept, one given as `null` is removed.
 * Throws `conflict` where the stack is not connected, `invalid` for a name that is given twice.
 */
export async function saveBuildConfig(
    ports: BuildConfigPorts,
    { stack, input }: { readonly stack: string; readonly input: BuildConfigInput },
): Promise<BuildConfig> {
    const repository = await ports.repositories.findByStack(stack);
    if (repository === undefined) {
        throw new AppError(
            "conflict",
            `build-config: the stack "${stack}" is not connected to a repository; connect one first`,
        );
    }
    checkUnique("environmentVariables", input.environmentVariables);
    checkUnique("buildArgs", input.buildArgs);
    const stored = await ports.buildConfigs.findByStack(stack);
    const saved = await ports.buildConfigs.save({
        ...input,
        environmentVariables: mergeVariables(input.environmentVariables, stored?.environmentVariables ?? []),
        stackId: stack,
        repositoryId: repository.id,
    });
    return viewBuildConfig(saved);
}

function checkUnique(field: string, entries: readonly { readonly name: string }[]): void {
    const names = entries.map(({ name }) => name);
    const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (twice !== -1) {
        throw new AppError(
            "invalid",
            `${field}.${twice}.name: ${names[twice] ?? ""} is given twice; remove one of them`,
        );
    }
}
