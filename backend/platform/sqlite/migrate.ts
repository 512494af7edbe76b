import type { Knex } from "knex";
import { AppError } from "../../../common/errors.ts";

/** One step of a schema, as `db/knex_migrations` lists them. */
interface Migration {
    readonly name: string;
    up(knex: Knex): Promise<void>;
    down(knex: Knex): Promise<void>;
}

/** Dockge's own table, in which its later versions may have noted steps that are unknown here. */
const sharedTable = "knex_migrations";

/**
 * Brings a schema up to date; `tableName` notes which steps were taken. A step is taken whole or not at all.
 * Throws AppError `conflict` when a later version of this program has taken steps that are unknown here.
 */
export async function migrate(knex: Knex, migrations: readonly Migration[], tableName: string): Promise<void> {
    const config: Knex.MigratorConfig = {
        tableName,
        migrationSource: sourceOf(migrations),
        disableMigrationsListValidation: true,
    };
    if (tableName !== sharedTable) {
        await refuseLaterVersion(knex, migrations, tableName);
    }
    await freeLock(knex, `${tableName}_lock`);
    await knex.migrate.latest(config);
}

function sourceOf(migrations: readonly Migration[]): Knex.MigrationSource<Migration> {
    return {
        getMigrations: async () => [...migrations],
        getMigrationName: (migration) => migration.name,
        getMigration: async (migration) => migration,
    };
}

/** One server owns the data directory: a lock that lies there was left by a crash. */
async function freeLock(knex: Knex, lockTable: string): Promise<void> {
    if (await knex.schema.hasTable(lockTable)) {
        await knex(lockTable).where({ is_locked: 1 }).update({ is_locked: 0 });
    }
}

async function refuseLaterVersion(knex: Knex, migrations: readonly Migration[], tableName: string): Promise<void> {
    if (!(await knex.schema.hasTable(tableName))) {
        return;
    }
    const known = new Set(migrations.map((migration) => migration.name));
    const taken: readonly unknown[] = await knex(tableName).pluck("name");
    const unknown = taken.filter((name) => typeof name !== "string" || !known.has(name));
    if (unknown.length > 0) {
        throw new AppError(
            "conflict",
            `database: a later version of this program has changed it (${unknown.join(", ")}); ` +
                "start that version, or restore a backup that was made before",
        );
    }
}
