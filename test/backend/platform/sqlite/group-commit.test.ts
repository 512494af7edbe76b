import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../../../backend/platform/sqlite/database.ts";
import type { Statements } from "../../../../backend/platform/sqlite/group-commit.ts";
import { containing } from "../../../support/containing.ts";
import { openTestDatabase } from "../../../support/database.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

async function open(file?: string) {
    const database = await openTestDatabase(file);
    await database.knex.raw("create table numbers (n integer primary key)");
    const insert = (n: number) => (statements: Statements) => {
        statements.run("insert into numbers (n) values (?)", [n]);
        return n;
    };
    const numbers = async (): Promise<unknown> => database.knex("numbers").orderBy("n").pluck("n");
    return { ...database, insert, numbers };
}

describe("works that come together", () => {
    it("are all done and answered, each with its own result", async () => {
        const { together, insert, numbers } = await open();

        expect(await Promise.all([1, 2, 3].map((n) => together.write(insert(n))))).toEqual([1, 2, 3]);
        expect(await numbers()).toEqual([1, 2, 3]);
    });

    it("are one transaction, committed before any is answered", async () => {
        const file = join(await temporaryDirectory(), "together.db");
        const { together, insert } = await open(file);
        const other = openDatabase(file);
        const seen: unknown[] = [];
        const look = (statements: Statements): void => void seen.push(statements.all("select n from numbers", []));

        const works = [together.write(insert(1)), together.write(look), together.write(insert(2))];
        await works[0];

        expect(seen).toEqual([[{ n: 1 }]]);
        expect(await other.knex("numbers").pluck("n")).toEqual([1, 2]);
        await other.close();
    });

    it("fail alone: what the others did stays", async () => {
        const { together, insert, numbers } = await open();
        const half = (statements: Statements): never => {
            insert(8)(statements);
            throw new Error("broken");
        };

        const results = await Promise.allSettled([
            together.write(insert(1)),
            together.write(half),
            together.write(insert(1)),
            together.write(insert(2)),
        ]);

        expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
        expect(await numbers()).toEqual([1, 2]);
    });

    it("share what is done once at their end, before the commit", async () => {
        const { together, insert, numbers } = await open();
        const groups = new Set<Statements>();
        const once =
            (n: number) =>
            (statements: Statements): number => {
                if (!groups.has(statements)) {
                    groups.add(statements);
                    statements.atEnd(() => void insert(100 + groups.size)(statements));
                }
                return insert(n)(statements);
            };

        await Promise.all([together.write(once(1)), together.write(once(2))]);
        await together.write(once(3));

        expect(await numbers()).toEqual([1, 2, 3, 101, 102]);
    });

    it("do what is done at the end each for itself, where another failed", async () => {
        const { together, insert, numbers } = await open();
        const atEnd = (n: number) => (statements: Statements) => statements.atEnd(() => void insert(n)(statements));

        const results = await Promise.allSettled([1, 2, 2, 3].map((n) => together.write(atEnd(n))));

        expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
        expect(await numbers()).toEqual([1, 2, 3]);
    });

    it("wait for a transaction that is open, and are no part of it", async () => {
        const { together, insert, knex, numbers } = await open();
        let done: Promise<number> | undefined;

        const lost = knex.transaction(async (transaction) => {
            await transaction("numbers").insert({ n: 7 });
            done = together.write(insert(1));
            await new Promise((resolve) => setImmediate(resolve));
            throw new Error("given up");
        });

        await expect(lost).rejects.toThrow("given up");
        expect(await done).toBe(1);
        expect(await numbers()).toEqual([1]);
    });

    it("are refused together, once, where another program holds the database", async () => {
        const file = join(await temporaryDirectory(), "together.db");
        const { together, insert, knex } = await open(file);
        await knex.raw("pragma busy_timeout = 50");
        const other = openDatabase(file);
        const holding = await other.knex.transaction();
        await holding.raw("insert into numbers (n) values (9)");

        const results = await Promise.allSettled([together.write(insert(1)), together.write(insert(2))]);
        const read = await together.read((statements) => statements.all("select n from numbers", []));
        await holding.rollback();
        await other.close();

        expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
        expect(results.map((result) => String("reason" in result ? result.reason : ""))).toEqual([
            containing("locked"),
            containing("locked"),
        ]);
        expect(read).toEqual([]);
    });

    it("are refused once the database is closed", async () => {
        const { together, insert, close } = await open();
        await close();

        await expect(together.write(insert(1))).rejects.toThrow();
    });
});
