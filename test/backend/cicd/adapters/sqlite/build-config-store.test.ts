import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createBuildConfigStore } from "../../../../../backend/cicd/adapters/sqlite/build-config-store.ts";
import { createCipher } from "../../../../../backend/platform/crypto/cipher.ts";
import { BuildConfigInput, buildTypes } from "../../../../../common/schema/build-config.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { openTestDatabase } from "../../../../support/database.ts";
import { newBuildConfig } from "../../../../support/records.ts";

async function open() {
    const clock = createTestClock();
    const database = await openTestDatabase();
    const cipher = createCipher(randomBytes(32));
    return { clock, database, store: createBuildConfigStore({ database, clock, cipher }) };
}

const full = newBuildConfig({
    buildType: "script",
    dockerfilePath: "docker/Dockerfile",
    composePath: "compose.prod.yaml",
    composeFiles: ["compose.extra.yaml"],
    buildService: "web",
    contextPath: "app",
    scriptPath: "make.sh",
    buildImage: "node:20",
    buildArgs: [
        { name: "B", value: "2" },
        { name: "A", value: "1" },
    ],
    preBuildCommands: ["npm ci"],
    postBuildCommands: ["echo done"],
    environmentVariables: [
        { name: "Z", value: "plain", secret: false },
        { name: "TOKEN", value: "s3cret", secret: true },
        { name: "EMPTY", value: "", secret: false },
    ],
    autoDeployBranches: ["^main$"],
    autoDeployTags: ["^v"],
    healthCheckPath: "/health",
    healthCheckService: "web",
    healthCheckPort: 8080,
    registryId: "registry-1",
    imageTemplate: "{{stack}}",
    buildSecrets: ["TOKEN"],
    buildTarget: "runtime",
    buildCache: "inline",
    platforms: ["linux/amd64"],
    targetIds: ["target-1"],
    strategy: "start_first",
    keepReleases: 9,
    approval: true,
    pullPolicy: "always",
    schedule: "0 3 * * *",
    scheduleTimeZone: "Europe/Berlin",
});

describe("build configurations", () => {
    it("are found as they were saved, every field", async () => {
        const { store } = await open();

        const saved = await store.save(full);

        expect(saved).toMatchObject(full);
        expect(await store.find(saved.id)).toEqual(saved);
        expect(await store.findByStack("web")).toEqual(saved);
        expect(await store.list()).toEqual([saved]);
        const fields = Object.keys(BuildConfigInput.shape).sort();
        expect(fields.filter((field) => !(field in saved))).toEqual([]);
    });

    it("keep secret values encrypted, and only those", async () => {
        const { store, database } = await open();
        await store.save(full);

        const values = await database.knex("env_vars").orderBy("position").pluck("value");

        expect(values).toEqual(["plain", expect.stringMatching(/^v1:/), ""]);
    });

    it("are replaced as a whole, and keep their id", async () => {
        const { store, clock, database } = await open();
        const first = await store.save(full);
        clock.advance(1000);

        const second = await store.save(newBuildConfig({ buildArgs: [{ name: "C", value: "3" }] }));

        expect(second).toMatchObject({ id: first.id, createdAt: first.createdAt, buildType: "docker_build" });
        expect(second.updatedAt).not.toBe(first.updatedAt);
        expect(second.composePath ?? undefined).toBeUndefined();
        expect(await store.findByStack("web")).toEqual(second);
        expect(second).toMatchObject({ buildArgs: [{ name: "C", value: "3" }], environmentVariables: [] });
        expect(await database.knex("env_vars")).toEqual([]);
    });

    it("change not at all when one of their parts cannot be saved", async () => {
        const { store, database } = await open();
        const first = await store.save(full);
        await database.knex.raw(
            "create trigger refusing before insert on env_vars when new.name = 'REFUSED' " +
                "begin select raise(abort, 'refused'); end",
        );
        const variable = { name: "REFUSED", value: "", secret: false };

        await expect(store.save(newBuildConfig({ environmentVariables: [variable] }))).rejects.toThrow("refused");
        expect(await store.findByStack("web")).toEqual(first);
    });

    it("take arguments and variables with them when they are deleted", async () => {
        const { store, database } = await open();
        await store.save(full);
        const kept = await store.save({ ...full, stackId: "shop" });

        await store.delete("web");

        expect(await store.list()).toEqual([kept]);
        expect(await database.knex("build_args")).toHaveLength(2);
        expect(await database.knex("env_vars")).toHaveLength(3);
    });

    it("take every kind of build", async () => {
        const { store } = await open();

        for (const buildType of buildTypes) {
            expect(await store.save(newBuildConfig({ buildType }))).toMatchObject({ buildType });
        }
    });
});
