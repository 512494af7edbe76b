import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../../../backend/platform/sqlite/database.ts";
import { migrate } from "../../../../backend/platform/sqlite/migrate.ts";
import { openTestDatabase } from "../../../support/database.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

const step = (name: string, sql: string) => ({
    name,
    up: async (knex: { raw(sql: string): PromiseLike<unknown> }) => {
        await knex.raw(sql);
    },
    down: () => Promise.resolve(),
});

describe("database", () => {
    it("opens with Dockge's settings", async () => {
        const database = await openTestDatabase(join(await temporaryDirectory(), "dockge.db"));
        const pragma = async (name: string): Promise<unknown> => {
            const rows: readonly Record<string, unknown>[] = await database.knex.raw(`PRAGMA ${name}`);
            return Object.values(rows[0] ?? {})[0];
        };

        expect(await pragma("journal_mode")).toBe("wal");
        expect(await pragma("foreign_keys")).toBe(1);
        expect(await pragma("cache_size")).toBe(-12000);
        expect(await pragma("auto_vacuum")).toBe(2);
        expect(await pragma("synchronous")).toBe(1);
        expect(await pragma("busy_timeout")).toBe(5000);
    });

    it("leaves nothing in the WAL when it is closed, also when it is closed twice", async () => {
        const directory = await temporaryDirectory();
        const database = await openTestDatabase(join(directory, "dockge.db"));
        await database.knex("setting").insert({ key: "a", value: "1" });

        await Promise.all([database.close(), database.close()]);

        expect(await readdir(directory)).toEqual(["dockge.db"]);
        expect((await stat(join(directory, "dockge.db"))).size).toBeGreaterThan(0);
    });

    it("is separate from every other that is open", async () => {
        const [one, other] = [await openTestDatabase(), await openTestDatabase()];
        await one.knex("setting").insert({ key: "a", value: "1" });

        expect(await one.beans.count("setting")).toBe(1);
        expect(await other.beans.count("setting")).toBe(0);
    });
});

describe("migrate", () => {
    it("takes each step once", async () => {
        const { knex } = await openTestDatabase();
        const first = step("one", "create table one (id)");

        await migrate(knex, [first], "steps");
        await migrate(knex, [first, step("two", "create table two (id)")], "steps");

        expect(await knex("steps").orderBy("id").pluck("name")).toEqual(["one", "two"]);
        expect(await knex.schema.hasTable("two")).toBe(true);
    });

    it("goes on after a crash that left its lock", async () => {
        const { knex } = await openTestDatabase();
        await migrate(knex, [], "steps");
        await knex("steps_lock").update({ is_locked: 1 });

        await migrate(knex, [step("one", "create table one (id)")], "steps");

        expect(await knex.schema.hasTable("one")).toBe(true);
    });

    it("refuses a database that a later version has changed", async () => {
        const { knex } = await openTestDatabase();
        await migrate(knex, [step("later", "create table later (id)")], "steps");

        await expect(migrate(knex, [], "steps")).rejects.toMatchObject({ code: "conflict" });
    });

    it("makes nothing of a step that fails", async () => {
        const database = openDatabase(":memory:");
        onTestFinished(() => database.close());
        const failing = {
            ...step("failing", ""),
            up: async (knex: { raw(sql: string): PromiseLike<unknown> }) => {
                await knex.raw("create table half (id)");
                throw new Error("no");
            },
        };

        await expect(migrate(database.knex, [failing], "steps")).rejects.toThrow("no");
        expect(await database.knex.schema.hasTable("half")).toBe(false);
    });
});
