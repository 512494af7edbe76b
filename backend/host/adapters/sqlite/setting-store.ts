import { z } from "zod";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import type { SettingStore } from "../../core/setting.ts";

const tableName = "setting";
const Rows = z.array(z.object({ key: z.string(), value: z.string().nullable() }));

/** Dockge's settings in SQLite. */
export function createSettingStore(database: Database): SettingStore {
    const { knex } = database;

    async function rows(where: Readonly<Record<string, string>>): Promise<z.infer<typeof Rows>> {
        return Rows.parse(await orUnavailable(knex(tableName).where(where).select("key", "value")));
    }

    return {
        async find(key) {
            const value = (await rows({ key }))[0]?.value;
            return typeof value === "string" ? parse(value) : undefined;
        },
        async list(type) {
            const found = await rows({ type });
            return Object.fromEntries(found.map(({ key, value }) => [key, value === null ? null : parse(value)]));
        },
        async save(type, values) {
            const saving = knex.transaction(async (transaction) => {
                for (const [key, value] of Object.entries(values)) {
                    await transaction(tableName)
                        .insert({ key, value: JSON.stringify(value ?? null), type })
                        .onConflict("key")
                        .merge(["value"])
                        .where({ [`${tableName}.type`]: type });
                }
            });
            await orUnavailable(saving);
        },
        async findText(key) {
            return (await rows({ key }))[0]?.value ?? undefined;
        },
        async saveText(key, text) {
            await orUnavailable(
                knex(tableName).insert({ key, value: text, type: null }).onConflict("key").merge(["value"]),
            );
        },
    };
}

/** Dockge keeps a few texts as they are. */
function parse(value: string): unknown {
    try {
        return JSON.parse(value);
    } catch {
        return value;
    }
}
