import { describe, expect, it } from "vitest";
import { rememberBuildConfigs } from "../../../../../backend/cicd/adapters/memory/remembered-build-configs.ts";
import { rememberRepositories } from "../../../../../backend/cicd/adapters/memory/remembered-repositories.ts";
import { createBuildConfigStore } from "../../../../../backend/cicd/adapters/sqlite/build-config-store.ts";
import { rememberStackStates } from "../../../../../backend/cicd/adapters/memory/remembered-stack-states.ts";
import { createRepositoryStore } from "../../../../../backend/cicd/adapters/sqlite/repository-store.ts";
import { createStackStateStore } from "../../../../../backend/cicd/adapters/sqlite/stack-state-store.ts";
import type { RepositoryStore } from "../../../../../backend/cicd/core/git-repository.ts";
import { createCipher } from "../../../../../backend/platform/crypto/cipher.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { openTestDatabase } from "../../../../support/database.ts";
import { newBuildConfig, newRepository } from "../../../../support/records.ts";

async function open() {
    const database = await openTestDatabase();
    const shared = { database, clock: createTestClock(), cipher: createCipher(new Uint8Array(32).fill(7)) };
    const stored = createRepositoryStore(shared);
    let reads = 0;
    const counted: RepositoryStore = {
        ...stored,
        find: (id) => ((reads += 1), stored.find(id)),
        findByStack: (stack) => ((reads += 1), stored.findByStack(stack)),
        list: () => ((reads += 1), stored.list()),
    };
    const configs = createBuildConfigStore(shared);
    return { repositories: rememberRepositories(counted), configs: rememberBuildConfigs(configs), reads: () => reads };
}

type Change = (repositories: RepositoryStore, id: string) => Promise<unknown>;

const changes: readonly (readonly [string, Change])[] = [
    ["another address", (store) => store.save(newRepository({ url: "https://git.example/o/other.git" }))],
    ["a new repository", (store) => store.save(newRepository({ stackId: "shop" }))],
    ["a sync", (store, id) => store.markSynced(id, "a".repeat(40))],
    ["a poll", (store, id) => store.markPolled(id, { error: "away" })],
    ["a host key", (store, id) => store.pinHostKey(id, "ssh-ed25519 AAAA")],
    ["its end", (store) => store.delete("web")],
];

describe("remembered repositories", () => {
    it("are read once", async () => {
        const { repositories, reads } = await open();
        const { id } = await repositories.save(newRepository());

        const first = [await repositories.find(id), await repositories.findByStack("web"), await repositories.list()];
        const again = [await repositories.find(id), await repositories.findByStack("web"), await repositories.list()];

        expect(again).toEqual(first);
        expect(reads()).toBe(3);
    });

    it.each(changes)("are read again after %s", async (_name, change) => {
        const { repositories } = await open();
        const { id } = await repositories.save(newRepository());
        const before = [await repositories.find(id), await repositories.findByStack("web"), await repositories.list()];

        await change(repositories, id);

        const after = [await repositories.find(id), await repositories.findByStack("web"), await repositories.list()];
        expect(after).not.toEqual(before);
    });

    it("are not remembered as they were while they were being changed", async () => {
        const { repositories } = await open();
        const { id } = await repositories.save(newRepository());

        await Promise.all([repositories.find(id), repositories.markSynced(id, "b".repeat(40)), repositories.find(id)]);

        expect(await repositories.find(id)).toMatchObject({ lastSyncedCommit: "b".repeat(40) });
    });

    it("are looked for again where there was none", async () => {
        const { repositories, reads } = await open();

        expect([await repositories.find("x"), await repositories.find("x")]).toEqual([undefined, undefined]);
        expect(reads()).toBe(2);
    });
});

describe("remembered build configurations", () => {
    it("are what was saved last, and gone once deleted", async () => {
        const { configs } = await open();
        await configs.save(newBuildConfig({ timeout: 10 }));
        expect(await configs.findByStack("web")).toMatchObject({ timeout: 10 });
        await configs.save(newBuildConfig({ timeout: 20 }));
        expect(await configs.findByStack("web")).toMatchObject({ timeout: 20 });
        await configs.delete("web");
        expect(await configs.findByStack("web")).toBeUndefined();
    });
});

describe("remembered pins", () => {
    it("are read once, also where there is none, and again after each change", async () => {
        const stored = createStackStateStore({ database: await openTestDatabase(), clock: createTestClock() });
        let reads = 0;
        const states = rememberStackStates({ ...stored, findPin: (stack) => ((reads += 1), stored.findPin(stack)) });
        const pin = { deploymentId: "d", by: "ada", at: "2026-01-31T12:00:00.000Z" };

        expect([await states.findPin("web"), await states.findPin("web")]).toEqual([undefined, undefined]);
        expect(reads).toBe(1);
        await states.setPin("web", pin);
        expect([await states.findPin("web"), await states.findPin("web")]).toEqual([pin, pin]);
        expect(reads).toBe(2);
        await states.setPin("web", undefined);
        expect(await states.findPin("web")).toBeUndefined();
    });
});
