import type { BuildConfig, BuildConfigInput } from "../../../common/schema/build-config.ts";

/** A variable with its value in clear. */
export interface Variable {
    readonly name: string;
    readonly value: string;
    readonly secret: boolean;
}

/** A build configuration as the stores give it: secrets in clear, never to leave the server. */
export type BuildConfigRecord = Omit<BuildConfigInput, "environmentVariables"> & {
    readonly id: string;
    readonly stackId: string;
    readonly repositoryId: string;
    readonly environmentVariables: readonly Variable[];
    readonly createdAt: string;
    readonly updatedAt: string;
};

export type NewBuildConfig = Omit<BuildConfigRecord, "id" | "createdAt" | "updatedAt">;

/** Build configurations with their `build_args` and `env_vars`; secret values encrypted there. */
export interface BuildConfigStore {
    find(id: string): Promise<BuildConfigRecord | undefined>;
    findByStack(stackId: string): Promise<BuildConfigRecord | undefined>;
    list(): Promise<readonly BuildConfigRecord[]>;
    /** Inserts, or replaces the stack's configuration, keeping its id. */
    save(config: NewBuildConfig): Promise<BuildConfigRecord>;
    delete(stackId: string): Promise<void>;
}

/** What of a record the outside sees: secrets as `value: null`. */
export function viewBuildConfig(record: BuildConfigRecord): BuildConfig {
    return {
        ...record,
        environmentVariables: record.environmentVariables.map(({ name, value, secret }) => ({
            name,
            value: secret ? null : value,
            secret,
        })),
    };
}

/**
 * The variables to store: a secret given without a value keeps the stored one, with `null` it is removed.
 * A plain variable without a value is the empty text.
 */
export function mergeVariables(
    given: BuildConfigInput["environmentVariables"],
    stored: readonly Variable[],
): readonly Variable[] {
    const old = new Map(
        stored.filter((variable) => variable.secret).map((variable) => [variable.name, variable.value]),
    );
    const merged: Variable[] = [];
    for (const { name, value, secret } of given) {
        const wanted = secret && value === undefined ? old.get(name) : (value ?? (secret ? undefined : ""));
        if (wanted !== undefined) {
            merged.push({ name, value: wanted, secret });
        }
    }
    const names = new Set(given.map((variable) => variable.name));
    const kept = stored.filter((variable) => variable.secret && !names.has(variable.name));
    return [...merged, ...kept];
}
