import type { BuildConfigRecord, BuildConfigStore, Variable } from "../core/build-config.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import { type RegistryRecord, registrySecrets, type RegistryStore } from "../core/registry.ts";
import { registryOf } from "./registry-engine.ts";

export interface ConnectionPorts {
    readonly repositories: RepositoryStore;
    readonly buildConfigs: BuildConfigStore;
    readonly imageRegistries: Pick<RegistryStore, "find">;
}

/** What a stack is connected to. */
export interface Connection {
    readonly repository: RepositoryRecord;
    readonly config: BuildConfigRecord;
    readonly variables: readonly Variable[];
    /** Where built images go. */
    readonly registry?: RegistryRecord | undefined;
}

/** What a stack is connected to now; undefined where it is not. */
export async function findConnection(ports: ConnectionPorts, stack: string): Promise<Connection | undefined> {
    const repository = await ports.repositories.findByStack(stack);
    const config = await ports.buildConfigs.findByStack(stack);
    if (repository === undefined || config === undefined) {
        return undefined;
    }
    const registry = await registryOf(ports, config);
    return { repository, config, variables: config.environmentVariables, registry };
}

/** What must never be shown of a connection. */
export function secretsOf(connection: Connection | undefined): readonly string[] {
    if (connection === undefined) {
        return [];
    }
    const { credentials, webhookSecret } = connection.repository;
    const given = [credentials?.token, credentials?.privateKey, credentials?.passphrase, webhookSecret];
    return [
        ...given.filter((secret) => secret !== undefined),
        ...registrySecrets(connection.registry),
        ...secretValues(connection.variables),
    ];
}

/** The values of the secret ones. */
export function secretValues(variables: readonly Variable[]): readonly string[] {
    return variables.filter((variable) => variable.secret).map((variable) => variable.value);
}
