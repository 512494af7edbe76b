import { onTestFinished } from "vitest";
import { migrate } from "../../backend/platform/sqlite/migrate.ts";
import { openDatabase, type Database } from "../../backend/platform/sqlite/database.ts";
import { cicdMigrations, hostMigrations } from "../../db/knex_migrations/index.ts";

/** A database with every table, in memory unless a file is named; closed when the test ends. Call it inside a test. */
export async function openTestDatabase(file = ":memory:"): Promise<Database> {
    const database = openDatabase(file);
    onTestFinished(() => database.close());
    await migrate(database.knex, hostMigrations, "knex_migrations");
    await migrate(database.knex, cicdMigrations, "cicd_migrations");
    return database;
}
