import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import { diskMeter } from "../../../../backend/cicd/adapters/disk/disk-meter.ts";
import { createLogStore } from "../../../../backend/cicd/adapters/files/log-store.ts";
import { createLogChunkStore } from "../../../../backend/cicd/adapters/sqlite/log-chunk-store.ts";
import type { ImageInfo } from "../../../../backend/cicd/core/engine.ts";
import { cleanUp } from "../../../../backend/cicd/services/clean-up.ts";
import { AppError } from "../../../../common/errors.ts";
import type { DeploymentStatus } from "../../../../common/schema/deployment.ts";
import { newPipeline, openJobTraces } from "../../../support/pipelines.ts";
import { connect, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

const dayMilliseconds = 24 * 3600_000;
const commit = (digit: number): string => String(digit).repeat(40);
const built = (image: string, imageId: string) => ({ service: "web", image, imageId, built: true });

async function open(keepReleases = 2) {
    const workshop = await openWorkshop();
    const { directory, engine, releases, clock } = workshop;
    const connection = await connect(workshop, { keepReleases });
    const names = new Map<string, string>();
    engine.listImages = async () => imagesOf(names);
    engine.findImage = async (name) =>
        imagesOf(names).find(({ id, tags }) => id === (names.get(name) ?? name) && (tags.length > 0 || id === name));
    engine.removeImage = async (name) => {
        engine.done.push(`remove image ${name}`);
        names.delete(name);
    };
    const ports = {
        ...workshop,
        meter: diskMeter,
        files: diskFiles,
        host: { ...workshop.host, listStacks: async () => [{ name: "shop", status: 1 }] },
        logs: createLogStore({
            directory: join(directory, "logs"),
            chunks: createLogChunkStore(workshop),
            clock,
            onError: workshop.onError,
        }),
        ...openJobTraces(workshop),
        logsDirectory: join(directory, "logs"),
        replacedDirectory: join(directory, "replaced"),
        workspacesDirectory: join(directory, "workspaces"),
    };

    /** A deployment of a commit whose build gave an image, with its release where it came that far. */
    async function deployed(
        digit: number,
        status: DeploymentStatus,
        { imageId = `id-${digit}`, image = `shop-web:${commit(digit)}`, kept = true } = {},
    ) {
        clock.advance(1000);
        const images = [built(image, imageId)];
        const row = await deploymentAt(workshop, status, { commitSha: commit(digit), images });
        names.set(`shop-web:${commit(digit)}`, imageId);
        if (kept) {
            const record = release({ deploymentId: row.id, commitSha: row.commitSha, images });
            await releases.save({ ...record, createdAt: clock.now().toISOString() }, workshop.stackDirectory);
        }
        return row;
    }

    async function written(path: string, days = 0): Promise<string> {
        const file = join(directory, path);
        await mkdir(join(file, ".."), { recursive: true });
        await writeFile(file, "text");
        const at = new Date(clock.now().getTime() - days * dayMilliseconds);
        await utimes(join(file, ".."), at, at);
        return file;
    }

    const { signal } = new AbortController();
    const clean = (fields: object = {}) => cleanUp({ ...ports, ...fields }, { by: "ann", signal });
    return { ...ports, connection, names, deployed, written, clean };
}

/** Names that lead to the same id are one image; `""` stands before one that has lost its name. */
function imagesOf(names: ReadonlyMap<string, string>): readonly ImageInfo[] {
    return [...new Set(names.values())].map((id) => ({
        id,
        tags: [...names].filter(([name, of]) => of === id && !name.startsWith("-")).map(([name]) => name),
        digests: [],
        sizeBytes: 100,
    }));
}

describe("releases", () => {
    it("go with their images where their removal had failed, and those to keep stay", async () => {
        const { deployed, clean, releases, names } = await open(2);
        const [first, second, third] = [
            await deployed(1, "successful"),
            await deployed(2, "successful"),
            await deployed(3, "successful"),
        ];

        const report = await clean();

        expect(await releases.list("shop")).toEqual([third.id, second.id]);
        expect([...names.keys()]).toEqual([`shop-web:${commit(2)}`, `shop-web:${commit(3)}`]);
        expect(report).toMatchObject({ by: "ann", removedCount: 2, leftCount: 0 });
        expect(report.removed.map(({ part, name }) => [part, name])).toEqual([
            ["images", `shop-web:${commit(1)}`],
            ["releases", first.id],
        ]);
        expect(report.freedBytes).toBeGreaterThan(100);
    });

    it("stay, and say so, while a container uses their image", async () => {
        const { deployed, clean, releases, engine } = await open(1);
        const first = await deployed(1, "successful");
        await deployed(2, "successful");
        engine.removeImage = async () => {
            throw new AppError("conflict", "engine: a container uses it");
        };

        const report = await clean();

        expect(await releases.list("shop")).toContain(first.id);
        expect(report.left.map(({ part, reason }) => `${part}: ${reason}`)).toEqual([
            "images: a container uses it; its release is kept as long",
        ]);
        expect(report.removedCount).toBe(0);
    });

    it.each(["pending", "building", "deploying"] as const)("stay while a deployment of them is %s", async (status) => {
        const { deployed, clean, releases } = await open(1);
        const active = await deployed(1, status);
        await deployed(2, "successful");
        await deployed(3, "successful");

        await clean();

        expect(await releases.list("shop")).toContain(active.id);
    });

    it("of a stack that is being deployed are left to the next run", async () => {
        const { deployed, clean, releases, host } = await open(1);
        await deployed(1, "successful");
        await deployed(2, "successful");
        await deployed(3, "building", { kept: false });
        const lock = host.lock.tryAcquire("shop", "deployment d9");

        const report = await clean();

        expect(await releases.list("shop")).toHaveLength(2);
        expect(report.left).toMatchObject([{ stack: "shop", reason: "deployment d9 is under way" }]);
        expect("release" in lock).toBe(true);
    });

    it("of a stack whose deployment has just ended are cleaned as soon as its lock is free", async () => {
        const { deployed, clean, releases, host } = await open(1);
        await deployed(1, "successful");
        await deployed(2, "successful");
        const lock = host.lock.tryAcquire("shop", "deployment d9");

        const cleaning = clean();
        if ("release" in lock) {
            lock.release();
        }

        expect(await cleaning).toMatchObject({ leftCount: 0 });
        expect(await releases.list("shop")).toHaveLength(1);
    });

    it("give the stack's lock back", async () => {
        const { deployed, clean, host } = await open();
        await deployed(1, "successful");
        await clean();
        expect(host.lock.tryAcquire("shop", "me")).toHaveProperty("release");
    });
});

describe("images", () => {
    it("of builds that failed go; what is live and the good one before stay", async () => {
        const { deployed, clean, names } = await open(2);
        await deployed(1, "successful");
        await deployed(2, "failed", { kept: false });
        await deployed(3, "successful");

        const report = await clean();

        expect([...names.keys()]).toEqual([`shop-web:${commit(1)}`, `shop-web:${commit(3)}`]);
        expect(report.removed).toEqual([
            { part: "images", name: `shop-web:${commit(2)}`, stack: "shop", machine: undefined, bytes: 100 },
        ]);
    });

    it("lose the second name of a rebuild that changed nothing", async () => {
        const { deployed, clean, names, engine } = await open(2);
        await deployed(1, "successful", { imageId: "same" });
        const before = `shop-web:${commit(1)}`;
        await deployed(2, "successful", { imageId: "same", image: before });
        expect([...names.keys()]).toContain(`shop-web:${commit(2)}`);

        await clean();

        expect([...names.keys()]).toEqual([before]);
        expect(engine.done).toEqual([`remove image shop-web:${commit(2)}`]);
    });

    it("that have lost their name go by their id, unless they are kept", async () => {
        const { deployed, clean, names } = await open(1);
        await deployed(1, "failed", { kept: false });
        await deployed(2, "successful");
        names.delete(`shop-web:${commit(1)}`);
        names.delete(`shop-web:${commit(2)}`);
        names.set("-1", "id-1");
        names.set("-2", "id-2");
        names.set("-3", "somebody's");

        const report = await clean();

        expect(report.removed.map(({ name }) => name)).toEqual(["id-1"]);
        expect(report.left).toMatchObject([{ name: "id-2", reason: "a kept release runs this image" }]);
    });

    it("that a container runs stay, and the report says why", async () => {
        const { deployed, clean, names, engine } = await open(1);
        await deployed(1, "failed", { kept: false });
        await deployed(2, "successful");
        engine.listContainers = async () => [
            { id: "c", name: "by-hand", labels: {}, state: "exited", imageId: "id-1", publishedPorts: [] },
        ];

        const report = await clean();

        expect(names.has(`shop-web:${commit(1)}`)).toBe(true);
        expect(report.left).toMatchObject([{ name: `shop-web:${commit(1)}`, reason: "a container runs this image" }]);
    });

    it("of others are never touched", async () => {
        const { deployed, clean, names } = await open(1);
        await deployed(1, "successful");
        for (const name of ["postgres:17", "shop-web:latest", `other-web:${commit(1)}`, "-9"]) {
            names.set(name, `of ${name}`);
        }
        const before = [...names.keys()];

        expect(await clean()).toMatchObject({ removedCount: 0, leftCount: 0 });

        expect([...names.keys()]).toEqual(before);
    });

    it("stay where another stack's release runs them under the same name", async () => {
        const { deployed, clean, names, deployments, releases, stackDirectory } = await open(1);
        await deployed(1, "failed", { kept: false });
        await deployed(2, "successful");
        const other = await deploymentAt({ deployments }, "successful", { stackId: "other" });
        const images = [built(`shop-web:${commit(1)}`, "id-1")];
        await releases.save(release({ deploymentId: other.id, stackId: "other", images }), stackDirectory);

        await clean();

        expect(names.has(`shop-web:${commit(1)}`)).toBe(true);
    });

    it("of a deleted stack go, but not while its releases or its folder are there", async () => {
        const { deployed, clean, names, buildConfigs, repositories, host } = await open(1);
        await deployed(1, "successful", { kept: false });
        await repositories.delete("shop");
        await buildConfigs.delete("shop");

        expect(await clean()).toMatchObject({ removedCount: 0 });
        expect(names.size).toBe(1);

        await clean({ host: { ...host, listStacks: async () => [] } });
        expect(names.size).toBe(0);
    });

    it("of a machine that does not answer are left, and the rest is cleaned all the same", async () => {
        const { deployed, clean, releases, place, connection, buildConfigs, names } = await open(1);
        const first = await deployed(1, "successful");
        await deployed(2, "successful");
        await deployed(3, "failed", { kept: false });
        await buildConfigs.save({ ...connection.config, targetIds: ["local", "attic"] });
        const away = async (): Promise<never> => {
            throw new AppError("unavailable", "attic does not answer");
        };
        const attic = { ...place, id: "attic", name: "attic", engine: { ...place.engine, listImages: away } };
        const stackMachines = { find: async (_stack: string, id: string) => (id === "attic" ? attic : place) };

        const report = await clean({ stackMachines });

        expect(await releases.list("shop")).toContain(first.id);
        expect(names.has(`shop-web:${commit(3)}`)).toBe(false);
        expect(report.left).toMatchObject([{ part: "images", machine: "attic", reason: "attic does not answer" }]);
    });
});

describe("what else is left", () => {
    it("is removed by age: copies of replaced files, workspaces; never those of what is active or kept", async () => {
        const { deployed, clean, written, clock, directory, pipelines } = await open(1);
        const old = await deployed(1, "failed", { kept: false });
        const live = await deployed(2, "successful");
        const active = await deployed(3, "pending");
        clock.advance(100 * dayMilliseconds);
        for (const { id } of [old, live, active]) {
            await written(`replaced/shop/${id}/compose.yaml`);
            await written(`workspaces/shop-${commit(1).slice(0, 12)}-${id}/file`, 2);
        }
        for (const name of ["a", "b", "c", "d", "e"]) {
            await written(`replaced/shop/${name}/compose.yaml`);
        }
        await written("workspaces/fresh-1/file");
        const run = await pipelines.create(newPipeline({ stackId: "shop" }));
        await written(`workspaces/shop-${commit(1).slice(0, 12)}-${run.id}/file`, 2);

        const report = await clean();

        const left = await readdir(join(directory, "replaced/shop"));
        expect(left.sort()).toEqual([live.id, active.id, "a", "b", "c", "d", "e"].sort());
        const workspaces = await readdir(join(directory, "workspaces"));
        expect(workspaces.sort()).toEqual(
            [...[active, run].map(({ id }) => `shop-${commit(1).slice(0, 12)}-${id}`), "fresh-1"].sort(),
        );
        expect(report.removed.map(({ part }) => part).sort()).toEqual([
            "images",
            "replaced",
            "workspaces",
            "workspaces",
        ]);
    });

    it("are logs: the old ones beyond the newest of a stack; the row keeps its tail", async () => {
        const { deployed, clean, logs, deployments, clock, directory } = await open();
        const rows = [];
        for (let digit = 1; digit <= 4; digit += 1) {
            const row = await deployed(digit, digit === 1 ? "successful" : "failed", { kept: false });
            const writer = await logs.open(row.id);
            writer.write("stdout", "building", `line of ${digit}`);
            await writer.close();
            rows.push(row);
        }
        const [first, second, third, fourth] = rows.map(({ id }) => id);
        await deployments.update(second ?? "", "failed", { buildLogs: "the tail" });
        await writeFile(join(directory, "logs", "unknown.jsonl"), "{}\n");
        clock.advance(91 * dayMilliseconds);

        const report = await clean({ logRules: { perStack: 2, days: 90, mostBytes: 1e9 } });

        const names = await readdir(join(directory, "logs"));
        expect(names.sort()).toEqual([first, third, fourth, "unknown"].map((id) => `${id}.jsonl`).sort());
        expect(report.removed.filter(({ part }) => part === "logs")).toMatchObject([{ name: second, stack: "shop" }]);
        expect(await deployments.find(second ?? "")).toMatchObject({ buildLogs: "the tail" });
    });

    it("is the build cache, only where an admin has set a bound", async () => {
        const { clean, engine } = await open();
        engine.buildCacheBytes = 5000;

        await clean();
        expect(engine.done).toEqual([]);

        const report = await clean({ buildCacheLimitBytes: 1000 });
        expect(engine.done).toEqual(["bound build cache 1000"]);
        expect(report).toMatchObject({ freedBytes: 4000, removed: [{ part: "build_cache", bytes: 4000 }] });
    });

    it("is done as far as it goes where the engine is away, and the report says what not", async () => {
        const { deployed, clean, engine, written, directory, releases } = await open(1);
        await deployed(1, "successful");
        await deployed(2, "successful");
        await written("workspaces/shop-1-gone/file", 2);
        engine.listImages = async () => {
            throw new AppError("unavailable", "engine: it does not answer");
        };

        const report = await clean({ buildCacheLimitBytes: undefined });

        expect(await releases.list("shop")).toHaveLength(2);
        expect(await readdir(join(directory, "workspaces"))).toEqual([]);
        expect(report.left).toMatchObject([{ part: "images", reason: "engine: it does not answer" }]);
    });
});

it("ends between two things when it is asked to", async () => {
    const ports = await open();
    await ports.deployed(1, "successful");
    await expect(cleanUp(ports, { by: undefined, signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow(
        "stop",
    );
});
