import { describe, expect, it } from "vitest";
import { createAgentStore } from "../../../../../backend/host/adapters/sqlite/agent-store.ts";
import { createApiTokenStore } from "../../../../../backend/host/adapters/sqlite/api-token-store.ts";
import { createSettingStore } from "../../../../../backend/host/adapters/sqlite/setting-store.ts";
import { createUserStore } from "../../../../../backend/host/adapters/sqlite/user-store.ts";
import { isUsable } from "../../../../../backend/host/core/api-token.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { openTestDatabase } from "../../../../support/database.ts";

describe("users", () => {
    it("are made, found and counted", async () => {
        const users = createUserStore(await openTestDatabase());

        expect(await users.count()).toBe(0);
        const made = await users.create({ username: "anna", passwordHash: "hash" });
        await users.create({ username: "Bert", passwordHash: "hash" });

        expect(made).toEqual({ id: 1, username: "anna", passwordHash: "hash", active: true, twofaEnabled: false });
        expect(await users.find("anna")).toEqual(made);
        expect(await users.find("nobody")).toBeUndefined();
        expect(await users.count()).toBe(2);
        expect((await users.list()).map((user) => user.username)).toEqual(["Bert", "anna"]);
    });

    it("have names of their own", async () => {
        const users = createUserStore(await openTestDatabase());
        await users.create({ username: "anna", passwordHash: "hash" });

        const again = users.create({ username: "anna", passwordHash: "other" });
        await expect(again).rejects.toMatchObject({ code: "conflict" });
        await expect(again).rejects.toThrow(/anna/);
    });

    it("change only what is said", async () => {
        const users = createUserStore(await openTestDatabase());
        const { id } = await users.create({ username: "anna", passwordHash: "hash" });

        await users.update(id, { twofaSecret: "ABC", twofaEnabled: true });
        expect(await users.update(id, { passwordHash: "new" })).toMatchObject({
            passwordHash: "new",
            twofaSecret: "ABC",
            twofaEnabled: true,
        });
        expect((await users.update(id, { twofaSecret: undefined, twofaEnabled: false })).twofaSecret).toBeUndefined();
        await expect(users.update(99, { active: false })).rejects.toMatchObject({ code: "not_found" });
    });

    it("cannot log in once they are switched off or deleted", async () => {
        const users = createUserStore(await openTestDatabase());
        const { id } = await users.create({ username: "anna", passwordHash: "hash" });

        await users.update(id, { active: false });
        expect(await users.findActive("anna")).toBeUndefined();
        expect(await users.find("anna")).toMatchObject({ active: false });

        await users.delete(id);
        expect(await users.find("anna")).toBeUndefined();
    });
});

describe("settings", () => {
    it("keep any value, by type", async () => {
        const settings = createSettingStore(await openTestDatabase());

        await settings.save("general", { primaryHostname: "box", checkUpdate: false, nothing: null });
        await settings.save("cicd", { publicAddress: "https://box" });
        await settings.save("general", { primaryHostname: "other" });

        expect(await settings.list("general")).toEqual({ primaryHostname: "other", checkUpdate: false, nothing: null });
        expect(await settings.find("publicAddress")).toBe("https://box");
        expect(await settings.find("unknown")).toBeUndefined();
    });

    it("never let one type overwrite another's", async () => {
        const settings = createSettingStore(await openTestDatabase());
        await settings.saveText("jwtSecret", "$2a$10$secret");
        await settings.save("cicd", { publicAddress: "https://box" });

        await settings.save("general", { jwtSecret: "mine", publicAddress: "https://evil", fine: 1 });

        expect(await settings.findText("jwtSecret")).toBe("$2a$10$secret");
        expect(await settings.find("jwtSecret")).toBe("$2a$10$secret");
        expect(await settings.find("publicAddress")).toBe("https://box");
        expect(await settings.list("general")).toEqual({ fine: 1 });
    });

    it("keep a text as it is", async () => {
        const database = await openTestDatabase();
        const settings = createSettingStore(database);

        await settings.saveText("jwtSecret", "one");
        await settings.saveText("jwtSecret", "two");

        expect(await database.knex("setting").select("key", "value", "type")).toEqual([
            { key: "jwtSecret", value: "two", type: null },
        ]);
    });
});

describe("agents", () => {
    it("are kept by address", async () => {
        const agents = createAgentStore(await openTestDatabase());
        const agent = { url: "http://other:5001", username: "admin", password: "secret" };

        expect(await agents.create(agent)).toEqual({ id: 1, ...agent, active: true });
        await expect(agents.create(agent)).rejects.toMatchObject({ code: "conflict" });
        await agents.delete(agent.url);
        expect(await agents.find(agent.url)).toBeUndefined();
    });
});

describe("API tokens", () => {
    async function open() {
        const clock = createTestClock();
        const database = await openTestDatabase();
        return { clock, database, tokens: createApiTokenStore({ database, now: () => clock.now() }) };
    }
    const given = { name: "ci", scopes: ["read", "deploy"], username: "anna", tokenHash: "a".repeat(64) } as const;

    it("are found by their hash, and never answer it", async () => {
        const { tokens } = await open();

        const made = await tokens.create(given);

        expect(made).toEqual({
            id: made.id,
            name: "ci",
            scopes: ["read", "deploy"],
            username: "anna",
            createdAt: "2026-01-31T12:00:00.000Z",
        });
        expect(await tokens.findByHash("a".repeat(64))).toEqual(made);
        expect(await tokens.findByHash("b".repeat(64))).toBeUndefined();
    });

    it("are listed newest first, by person", async () => {
        const { tokens } = await open();
        for (const [name, username] of [
            ["one", "anna"],
            ["two", "bert"],
            ["three", "anna"],
        ] as const) {
            await tokens.create({ ...given, name, username, tokenHash: name });
        }

        expect((await tokens.list()).map((token) => token.name)).toEqual(["three", "two", "one"]);
        expect((await tokens.list("anna")).map((token) => token.name)).toEqual(["three", "one"]);
    });

    it("note their use at most once a minute", async () => {
        const { tokens, clock } = await open();
        const { id } = await tokens.create(given);
        const lastUse = async (): Promise<string | undefined> => (await tokens.find(id))?.lastUsedAt;

        await tokens.markUsed(id);
        clock.advance(59_000);
        await tokens.markUsed(id);
        expect(await lastUse()).toBe("2026-01-31T12:00:00.000Z");

        clock.advance(1000);
        await tokens.markUsed(id);
        expect(await lastUse()).toBe("2026-01-31T12:01:00.000Z");
    });

    it("open nothing once they are revoked, expired or deleted", async () => {
        const { tokens, clock } = await open();
        const { id } = await tokens.create({ ...given, expiresAt: "2026-01-31T12:00:01.000Z" });
        const usable = async (): Promise<boolean> => {
            const token = await tokens.find(id);
            return token !== undefined && isUsable(token, clock.now());
        };

        expect(await usable()).toBe(true);
        clock.advance(1000);
        expect(await usable()).toBe(false);
        expect(await tokens.revoke(id)).toBe(true);
        expect(await tokens.revoke(id)).toBe(false);
        expect((await tokens.find(id))?.revokedAt).toBeDefined();
        await tokens.delete(id);
        expect(await tokens.find(id)).toBeUndefined();
    });
});
