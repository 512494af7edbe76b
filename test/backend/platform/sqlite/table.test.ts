import { describe, expect, it } from "vitest";
import { z } from "zod";
import { encrypted, flag, json } from "../../../../backend/platform/sqlite/columns.ts";
import { orUnavailable, isTaken } from "../../../../backend/platform/sqlite/failure.ts";
import { openTable } from "../../../../backend/platform/sqlite/table.ts";
import { openTestDatabase } from "../../../support/database.ts";

const reverse = (text: string): string => Buffer.from(text).reverse().toString();
const reversing = { encrypt: reverse, decrypt: reverse };

const columns = z.object({
    id: z.string(),
    stackId: z.string(),
    isSecret: flag,
    tags: json(z.array(z.string())),
    token: encrypted(reversing).optional(),
    twofaStatus: z.enum(["on", "off"]).optional(),
});

async function openThings() {
    const database = await openTestDatabase();
    await database.knex.schema.createTable("things", (table) => {
        table.text("id").primary();
        table.boolean("is_secret");
        ["stack_id", "tags", "token", "twofa_status", "other_column"].forEach((name) => table.text(name));
    });
    const things = openTable(database, "things", columns);
    const thing = { id: "t1", stackId: "web", isSecret: true, tags: ["a", "b"], token: "abc" };
    await database.knex("things").insert({ ...things.toRow(thing), other_column: "x" });
    return { database, things, thing };
}

describe("table", () => {
    it("turns columns into fields and back", async () => {
        const { database, things, thing } = await openThings();

        expect(await things.find("id = ?", ["t1"])).toEqual(thing);
        expect(await database.knex("things").first()).toMatchObject({
            stack_id: "web",
            tags: '["a","b"]',
            token: "cba",
            twofa_status: null,
        });
    });

    it("changes only the fields it is given", async () => {
        const { database, things } = await openThings();
        const statements: string[] = [];
        database.knex.on("query", (query: { sql: string }) => statements.push(query.sql));

        await things.change("t1", { token: undefined, twofaStatus: "on" });

        expect(statements).toEqual(["update `things` set `token` = ?, `twofa_status` = ? where `id` = ?"]);
        expect(await things.find("id = ?", ["t1"])).toMatchObject({ twofaStatus: "on", tags: ["a", "b"] });
    });

    it("finds nothing for what is not there", async () => {
        const { things } = await openThings();

        expect(await things.find("id = ?", ["t2"])).toBeUndefined();
        expect(await things.list("stack_id = ? order by id", ["shop"])).toEqual([]);
    });

    it("names table and column of a row that does not fit, without its secrets", async () => {
        const { database, things } = await openThings();
        await database.knex("things").update({ twofa_status: "s3cret" });

        await expect(things.list("1 = 1")).rejects.toThrow(/things.*twofaStatus/s);
        await expect(things.list("1 = 1")).rejects.not.toThrow(/s3cret/);
    });
});

describe("failures of the database", () => {
    it("are unavailable when it cannot take anything now", async () => {
        const full = Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });

        await expect(orUnavailable(Promise.reject(full))).rejects.toMatchObject({
            code: "unavailable",
            details: { errorCode: "disk_full" },
        });
    });

    it("stay what they are when the query is wrong", async () => {
        const { database } = await openThings();
        const failure: unknown = await orUnavailable(database.knex("things").insert({ id: "t1" })).catch(
            (error: unknown) => error,
        );

        expect(isTaken(failure)).toBe(true);
        expect(isTaken(new Error("UNIQUE"))).toBe(false);
    });
});
