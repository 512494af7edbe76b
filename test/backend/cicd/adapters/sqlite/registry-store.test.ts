import { describe, expect, it } from "vitest";
import { createBuildConfigStore } from "../../../../../backend/cicd/adapters/sqlite/build-config-store.ts";
import { createRegistryStore } from "../../../../../backend/cicd/adapters/sqlite/registry-store.ts";
import type { NewRegistry } from "../../../../../backend/cicd/core/registry.ts";
import { createCipher } from "../../../../../backend/platform/crypto/cipher.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { matching } from "../../../../support/containing.ts";
import { openTestDatabase } from "../../../../support/database.ts";
import { newBuildConfig } from "../../../../support/records.ts";

const registry: NewRegistry = {
    name: "Own",
    url: "registry.example/team",
    username: "robot",
    password: "s3cret",
    insecure: false,
    allowPrivateHost: true,
};

async function open() {
    const clock = createTestClock();
    const database = await openTestDatabase();
    const cipher = createCipher(new Uint8Array(32).fill(7));
    const ports = { database, clock, cipher };
    return { clock, database, store: createRegistryStore(ports), buildConfigs: createBuildConfigStore(ports) };
}

describe("registries", () => {
    it("are found as they were saved, the password encrypted", async () => {
        const { store, database } = await open();

        const saved = await store.create(registry);

        expect(saved).toMatchObject(registry);
        expect(await store.find(saved.id)).toEqual(saved);
        expect(await store.list()).toEqual([saved]);
        expect(await database.knex("registries").pluck("password")).toEqual([matching(/^v1:/)]);
    });

    it("are replaced whole, keeping id and time of birth", async () => {
        const { store, clock } = await open();
        const saved = await store.create(registry);
        clock.advance(1000);

        const changed = await store.update(saved.id, {
            name: "Other",
            url: "r.example",
            insecure: true,
            allowPrivateHost: false,
        });

        expect(changed).toMatchObject({ id: saved.id, name: "Other", createdAt: saved.createdAt, insecure: true });
        expect(changed?.username).toBeUndefined();
        expect(changed?.password).toBeUndefined();
        expect(changed?.updatedAt).not.toBe(saved.updatedAt);
        expect(await store.update("none", registry)).toBeUndefined();
    });

    it("have names of their own", async () => {
        const { store } = await open();
        await store.create(registry);
        const other = await store.create({ ...registry, name: "Other" });

        await expect(store.create(registry)).rejects.toMatchObject({ code: "conflict" });
        await expect(store.update(other.id, registry)).rejects.toMatchObject({ code: "conflict" });
    });

    it("are deleted only while nothing uses them", async () => {
        const { store, buildConfigs } = await open();
        const { id } = await store.create(registry);
        await buildConfigs.save(newBuildConfig({ registryId: id }));

        expect(await store.deleteUnused(id)).toBe(false);
        await buildConfigs.save(newBuildConfig());
        expect(await store.deleteUnused(id)).toBe(true);
        expect(await store.find(id)).toBeUndefined();
    });
});
