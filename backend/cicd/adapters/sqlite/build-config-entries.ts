import { z } from "zod";
import type { BuildArg } from "../../../../common/schema/build-config.ts";
import type { Cipher } from "../../../platform/crypto/cipher.ts";
import { randomId } from "../../../platform/crypto/random-id.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import type { Querying } from "../../../platform/sqlite/table.ts";
import type { Variable } from "../../core/build-config.ts";

const Entry = z.object({ build_config_id: z.string(), name: z.string(), value: z.string() });
const SecretEntry = Entry.extend({ secret: z.int() });

export type BuildArgs = readonly BuildArg[];

/** The build arguments of every configuration, or of one. */
export async function readBuildArgs(knex: Querying, configId?: string): Promise<ReadonlyMap<string, BuildArgs>> {
    const rows = z.array(Entry).parse(await entries(knex, "build_args", configId));
    return groupByConfig(rows, ({ name, value }) => ({ name, value }));
}

/** The variables of every configuration, or of one, secret values in clear. */
export async function readVariables(
    knex: Querying,
    cipher: Cipher,
    configId?: string,
): Promise<ReadonlyMap<string, readonly Variable[]>> {
    const rows = z.array(SecretEntry).parse(await entries(knex, "env_vars", configId));
    return groupByConfig(rows, ({ name, value, secret }) => ({
        name,
        value: secret === 1 ? cipher.decrypt(value) : value,
        secret: secret === 1,
    }));
}

/** Replaces both lists of a configuration, keeping their order. */
export async function replaceEntries(
    transaction: Querying,
    cipher: Cipher,
    configId: string,
    lists: { readonly buildArgs: BuildArgs; readonly environmentVariables: readonly Variable[] },
): Promise<void> {
    const variables = lists.environmentVariables.map(({ name, value, secret }) => ({
        name,
        value: secret ? cipher.encrypt(value) : value,
        secret,
    }));
    await replace(transaction, "build_args", configId, lists.buildArgs);
    await replace(transaction, "env_vars", configId, variables);
}

function entries(knex: Querying, table: string, configId: string | undefined): Promise<unknown> {
    const query = knex(table).orderBy(["build_config_id", "position"]);
    return orUnavailable(configId === undefined ? query : query.where({ build_config_id: configId }));
}

function groupByConfig<R extends { build_config_id: string }, T>(
    rows: readonly R[],
    read: (row: R) => T,
): ReadonlyMap<string, readonly T[]> {
    const groups = new Map<string, T[]>();
    for (const row of rows) {
        groups.set(row.build_config_id, [...(groups.get(row.build_config_id) ?? []), read(row)]);
    }
    return groups;
}

async function replace(
    transaction: Querying,
    table: string,
    configId: string,
    list: readonly { readonly name: string; readonly value: string }[],
): Promise<void> {
    await transaction(table).where({ build_config_id: configId }).delete();
    for (const [position, entry] of list.entries()) {
        await transaction(table).insert({ ...entry, id: randomId(), build_config_id: configId, position });
    }
}
