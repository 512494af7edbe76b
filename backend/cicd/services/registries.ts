import { AppError } from "../../../common/errors.ts";
import type { PageQuery } from "../../../common/schema/page.ts";
import type { Registry, RegistryInput } from "../../../common/schema/registry.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import { type NewRegistry, type RegistryRecord, type RegistryStore, viewRegistry } from "../core/registry.ts";
import type { MutablePage } from "./page.ts";
import { registryAccess } from "./registry-access.ts";

export interface RegistryPorts {
    readonly imageRegistries: RegistryStore;
    readonly buildConfigs: Pick<BuildConfigStore, "list">;
}

/** The registries by name, without their passwords. */
export async function listRegistries(
    ports: RegistryPorts,
    { limit, cursor }: PageQuery,
): Promise<MutablePage<Registry>> {
    const all = await ports.imageRegistries.list();
    const start = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1;
    const using = await stacksByRegistry(ports);
    const items = all.slice(start, start + limit).map((record) => viewRegistry(record, using.get(record.id) ?? []));
    return { items, nextCursor: all.length > start + limit ? (items.at(-1)?.id ?? null) : null };
}

/** Throws `not_found`. */
export async function findRegistry(ports: RegistryPorts, id: string): Promise<Registry> {
    return view(ports, await requireRegistry(ports, id));
}

/** Throws `invalid` for an address that is none or must not be reached, `conflict` for a name that is taken. */
export async function createRegistry(ports: RegistryPorts, input: RegistryInput): Promise<Registry> {
    return view(ports, await ports.imageRegistries.create(newRegistry(input)));
}

/** Replaces a registry; a password that is left out is kept as long as host and user stay. */
export async function updateRegistry(
    ports: RegistryPorts,
    { id, input }: { readonly id: string; readonly input: RegistryInput },
): Promise<Registry> {
    const stored = await requireRegistry(ports, id);
    const updated = await ports.imageRegistries.update(id, newRegistry(input, stored));
    if (updated === undefined) {
        throw unknownRegistry(id);
    }
    return view(ports, updated);
}

/** Throws `conflict` while a build configuration uses it. */
export async function deleteRegistry(ports: RegistryPorts, id: string): Promise<void> {
    const { name } = await requireRegistry(ports, id);
    if (!(await ports.imageRegistries.deleteUnused(id))) {
        const stacks = (await stacksByRegistry(ports)).get(id) ?? [];
        throw new AppError(
            "conflict",
            `registry: "${name}" is used by ${stacks.join(", ")}; choose another one in their build settings first`,
        );
    }
}

/** A registry's record; throws `not_found`. */
export async function requireRegistry(
    ports: { readonly imageRegistries: Pick<RegistryStore, "find"> },
    id: string,
): Promise<RegistryRecord> {
    const found = await ports.imageRegistries.find(id);
    if (found === undefined) {
        throw unknownRegistry(id);
    }
    return found;
}

function unknownRegistry(id: string): AppError {
    return new AppError("not_found", `registry: there is none with the id ${id}; list the registries to find one`);
}

function newRegistry(input: RegistryInput, stored?: RegistryRecord): NewRegistry {
    return { ...registryAccess(input, stored), name: input.name };
}

async function view(ports: RegistryPorts, record: RegistryRecord): Promise<Registry> {
    return viewRegistry(record, (await stacksByRegistry(ports)).get(record.id) ?? []);
}

async function stacksByRegistry(ports: RegistryPorts): Promise<ReadonlyMap<string, readonly string[]>> {
    const using = new Map<string, string[]>();
    for (const { registryId, stackId } of await ports.buildConfigs.list()) {
        if (registryId) {
            using.set(registryId, [...(using.get(registryId) ?? []), stackId]);
        }
    }
    return using;
}
