import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createRepositoryStore } from "../../../../../backend/cicd/adapters/sqlite/repository-store.ts";
import { createCipher, WrongKeyError } from "../../../../../backend/platform/crypto/cipher.ts";
import { gitAuthTypes, gitProviders } from "../../../../../common/schema/git-repository.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { openTestDatabase } from "../../../../support/database.ts";
import { newRepository } from "../../../../support/records.ts";

async function open() {
    const clock = createTestClock();
    const database = await openTestDatabase();
    const cipher = createCipher(randomBytes(32));
    return { clock, database, store: createRepositoryStore({ database, clock, cipher }) };
}

const credentials = { username: "bot", token: "t0ken", privateKey: "-----BEGIN KEY-----\n…" };

describe("repositories", () => {
    it("are found by id and by stack as they were saved", async () => {
        const { store } = await open();
        const given = newRepository({ credentials, authType: "http_token", paths: ["web/**"], aliases: ["git@h:o/r"] });

        const saved = await store.save(given);

        expect(saved).toMatchObject({ ...given, createdAt: "2026-01-31T12:00:00.000Z" });
        expect(await store.find(saved.id)).toEqual(saved);
        expect(await store.findByStack("web")).toEqual(saved);
        expect(await store.findByStack("shop")).toBeUndefined();
    });

    it("are listed by stack, without the refs that polls saw", async () => {
        const { store } = await open();
        const web = await store.save(newRepository({ credentials, stackId: "web" }));
        const shop = await store.save(newRepository({ stackId: "shop" }));
        await store.markPolled(web.id, { knownRefs: { "refs/heads/main": "a".repeat(40) } });

        const { knownRefs, ...listed } = (await store.find(web.id)) ?? web;

        expect(knownRefs).toEqual({ "refs/heads/main": "a".repeat(40) });
        expect(await store.list()).toEqual([shop, listed]);
    });

    it("keep credentials and webhook secret encrypted", async () => {
        const { store, database } = await open();
        await store.save(newRepository({ credentials, webhookSecret: "hook-s3cret" }));

        const text = JSON.stringify(await database.knex("git_repositories"));

        expect(text).not.toMatch(/t0ken|hook-s3cret|BEGIN KEY|bot/);
    });

    it("cannot be read with another key", async () => {
        const { store, database, clock } = await open();
        await store.save(newRepository());
        const other = createRepositoryStore({ database, clock, cipher: createCipher(randomBytes(32)) });

        await expect(other.findByStack("web")).rejects.toThrow(WrongKeyError);
    });

    it("keep their id, address and first time when they are saved again, and what they have synced", async () => {
        const { store, clock, database } = await open();
        const first = await store.save(newRepository({ credentials }));
        await store.markSynced(first.id, "f".repeat(40));
        clock.advance(1000);

        const second = await store.save(newRepository({ branch: "next", provider: "gitea" }));

        expect(second).toMatchObject({
            id: first.id,
            branch: "next",
            createdAt: first.createdAt,
            updatedAt: "2026-01-31T12:00:01.000Z",
            lastSyncedAt: "2026-01-31T12:00:00.000Z",
            lastSyncedCommit: "f".repeat(40),
        });
        expect(second.credentials).toBeUndefined();
        expect(await store.list()).toEqual([second]);
        expect(await database.knex("git_repositories").pluck("webhook_url")).toEqual([
            `/api/webhooks/gitea/${first.id}`,
        ]);
    });

    it("remember what a poll saw, and why one failed, as long as the address is the same", async () => {
        const { store } = await open();
        const { id } = await store.save(newRepository());
        const knownRefs = { "refs/heads/main": "f".repeat(40), "refs/tags/v1": "e".repeat(40) };
        await store.markPolled(id, { knownRefs });
        await store.markPolled(id, { error: "no answer" });
        const now = "2026-01-31T12:00:00.000Z";
        expect(await store.find(id)).toMatchObject({ knownRefs, lastPollError: "no answer", lastPolledAt: now });

        const kept = await store.save(newRepository({ branch: "dev" }));
        expect(kept).toMatchObject({ knownRefs, lastPollError: "no answer" });

        const moved = await store.save(newRepository({ url: "https://git.example/o/other.git" }));
        expect(moved).not.toHaveProperty("knownRefs");
        expect(moved).not.toHaveProperty("lastPolledAt");
        expect(moved).not.toHaveProperty("lastPollError");
    });

    it("are gone once deleted, and the next one has another id", async () => {
        const { store } = await open();
        const first = await store.save(newRepository());

        await store.delete("web");

        expect(await store.find(first.id)).toBeUndefined();
        expect((await store.save(newRepository())).id).not.toBe(first.id);
    });

    it("take every provider and way to log in", async () => {
        const { store } = await open();

        for (const provider of gitProviders) {
            for (const authType of gitAuthTypes) {
                expect(await store.save(newRepository({ provider, authType }))).toMatchObject({ provider, authType });
            }
        }
    });
});
