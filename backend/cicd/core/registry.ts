import type { Registry } from "../../../common/schema/registry.ts";
import type { ImageLogin } from "./engine.ts";

/** A registry of images as the store gives it: the password in clear, never to leave the server. */
export interface RegistryRecord {
    readonly id: string;
    readonly name: string;
    /** `host[:port][/prefix]`, in the form of `writeRegistryAddress`. */
    readonly url: string;
    readonly username?: string | undefined;
    readonly password?: string | undefined;
    /** Whether passwords and images may go there without TLS. */
    readonly insecure: boolean;
    readonly allowPrivateHost: boolean;
    readonly createdAt: string;
    readonly updatedAt: string;
}

export type NewRegistry = Omit<RegistryRecord, "id" | "createdAt" | "updatedAt">;

/** What is needed to reach a registry and to log in there. */
export type RegistryAccess = Omit<NewRegistry, "name">;

/** Registries in the database; passwords encrypted there. */
export interface RegistryStore {
    /** By name. */
    list(): Promise<readonly RegistryRecord[]>;
    find(id: string): Promise<RegistryRecord | undefined>;
    /** Throws AppError `conflict` for a name that is taken. */
    create(registry: NewRegistry): Promise<RegistryRecord>;
    /** Replaces all fields; undefined where there is none. Throws AppError `conflict` for a name that is taken. */
    update(id: string, registry: NewRegistry): Promise<RegistryRecord | undefined>;
    /** Deletes it unless a build configuration uses it, in one statement; false where nothing was deleted. */
    deleteUnused(id: string): Promise<boolean>;
}

/** What of a record the outside sees. */
export function viewRegistry(record: RegistryRecord, stacks: readonly string[]): Registry {
    const { password, ...visible } = record;
    return { ...visible, hasPassword: password !== undefined, stacks: [...stacks] };
}

/** The login as the engine is given it; undefined where there is none. */
export function imageLogin({ username, password }: RegistryAccess): ImageLogin | undefined {
    return username === undefined || password === undefined ? undefined : { username, password };
}

/** The texts that must not be shown: the password, and what a login sends. */
export function registrySecrets(registry: Pick<RegistryRecord, "username" | "password"> | undefined): string[] {
    const { username, password } = registry ?? {};
    return password === undefined ? [] : [password, `${username ?? ""}:${password}`];
}
