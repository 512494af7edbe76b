import { mkdir } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import { diskMeter } from "../../../../backend/cicd/adapters/disk/disk-meter.ts";
import { cronSchedules } from "../../../../backend/cicd/adapters/schedule/cron-schedules.ts";
import { createCleanUps } from "../../../../backend/cicd/services/clean-ups.ts";
import { createDiskServices } from "../../../../backend/cicd/services/disk-services.ts";
import { createHousekeeping } from "../../../../backend/cicd/services/housekeeping.ts";
import type { MachineDisk } from "../../../../common/schema/disk.ts";
import { admin } from "../../../support/edge.ts";
import { openJobTraces } from "../../../support/pipelines.ts";
import { deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

async function open() {
    const workshop = await openWorkshop();
    const { directory } = workshop;
    const notices: string[] = [];
    let done = 0;
    const ports = {
        ...workshop,
        ...openJobTraces(workshop),
        meter: diskMeter,
        files: diskFiles,
        host: { ...workshop.host, listStacks: async () => [], dataDirectory: directory, stacksDirectory: directory },
        directory: `${directory}/cicd`,
        logsDirectory: `${directory}/cicd/logs`,
        replacedDirectory: `${directory}/cicd/replaced`,
        workspacesDirectory: `${directory}/cicd/workspaces`,
        onNotice: (message: string) => void notices.push(message),
        onDone: () => void (done += 1),
    };
    await mkdir(ports.directory, { recursive: true });
    return { ...ports, cleanUps: createCleanUps(ports), notices, done: () => done };
}

describe("runs of the cleaning", () => {
    it("are one at a time: who asks meanwhile joins", async () => {
        const { cleanUps, done } = await open();
        const [first, second] = await Promise.all([cleanUps.run("ann"), cleanUps.run("bob")]);
        expect(second).toBe(first);
        expect(first.by).toBe("ann");
        expect(cleanUps.isRunning()).toBe(false);
        expect(done()).toBe(1);
    });

    it("leave a report that outlives the server", async () => {
        const ports = await open();
        expect(await ports.cleanUps.last()).toBeUndefined();
        const report = await ports.cleanUps.run();
        expect(await ports.cleanUps.last()).toEqual(report);
        expect(await createCleanUps(ports).last()).toEqual(JSON.parse(JSON.stringify(report)));
        expect(ports.notices).toEqual(["Cleaned up: 0 removed, 0 bytes freed"]);
    });

    it("do without a report that nobody can read", async () => {
        const ports = await open();
        await diskFiles.write(ports.directory, "clean-up.json", "{");
        expect(await ports.cleanUps.last()).toBeUndefined();
    });

    it("end with the server", async () => {
        const { cleanUps, deployments } = await open();
        await deploymentAt({ deployments }, "successful");
        const running = cleanUps.run();
        running.catch(() => undefined);
        await cleanUps.stop();
        await expect(running).rejects.toThrow();
    });
});

describe("housekeeping", () => {
    async function keep(lastAt?: string) {
        const workshop = await openWorkshop();
        const { clock } = workshop;
        const seen: string[] = [];
        const local: MachineDisk = { id: "local", name: "this machine", spaces: [] };
        const nothing = { freedBytes: 0, removedCount: 0, removed: [], leftCount: 0, left: [] };
        const last = lastAt === undefined ? undefined : { startedAt: lastAt, completedAt: lastAt, ...nothing };
        const housekeeping = createHousekeeping({
            ...workshop,
            schedules: cronSchedules,
            random: () => 0.5,
            cleanUps: {
                last: async () => last,
                run: async () => {
                    seen.push(`clean ${clock.now().toISOString()}`);
                    return { startedAt: "", completedAt: "", ...nothing };
                },
            },
            spaces: {
                async local() {
                    seen.push("local");
                    return local;
                },
                async all() {
                    seen.push("all");
                    return [local];
                },
            },
        });
        housekeeping.start();
        onTestFinished(() => housekeeping.stop());
        const turns = (): number => seen.filter((one) => one === "local").length;
        /** So many turns, a minute apart. */
        async function pass(minutes: number): Promise<void> {
            for (let minute = 0; minute < minutes; minute += 1) {
                const before = turns();
                await expect
                    .poll(
                        () => {
                            if (turns() === before) {
                                clock.advance(60_000);
                            }
                            return turns();
                        },
                        { interval: 1 },
                    )
                    .toBeGreaterThan(before);
            }
        }
        await expect.poll(turns).toBe(1);
        return { seen, pass, cleans: () => seen.filter((one) => one.startsWith("clean")) };
    }

    it("cleans up soon after the start where that is overdue, then only at night", async () => {
        const { pass, cleans } = await keep();
        await pass(20);
        expect(cleans()).toEqual([]);
        await pass(5);
        expect(cleans()).toHaveLength(1);
        await pass(60);
        expect(cleans()).toHaveLength(1);
    });

    it("waits for the night where it was done today", async () => {
        const { pass, cleans } = await keep("2026-01-31T04:00:00.000Z");
        await pass(60);
        expect(cleans()).toEqual([]);
    });

    it("looks at the targets' disks every quarter of an hour", async () => {
        const { pass, seen } = await keep("2026-01-31T04:00:00.000Z");
        await pass(31);
        expect(seen.filter((one) => one === "all")).toHaveLength(2);
    });
});

describe("the disk's use", () => {
    it("tells what each part takes, at most a minute old, and the last report", async () => {
        const ports = await open();
        const { clock, engine, deployments, releases, stackDirectory, directory } = ports;
        const row = await deploymentAt({ deployments }, "successful");
        const images = [{ service: "web", image: "shop-web:1", imageId: "a", built: true }];
        await releases.save(release({ deploymentId: row.id, images }), stackDirectory);
        const image = { tags: ["shop-web:1"], digests: [], sizeBytes: 100, sharedBytes: 60 };
        engine.images.set("shop-web:1", { id: "a", ...image });
        engine.images.set("shop-web:2", { id: "b", ...image, tags: ["shop-web:2"] });
        engine.images.set("theirs:1", { id: "c", ...image, tags: ["theirs:1"] });
        engine.buildCacheBytes = 77;
        await diskFiles.write(`${directory}/logs`, "d1.jsonl", "x".repeat(5000));
        await diskFiles.write(`${directory}/logs`, "jobs/j1.jsonl", "x".repeat(5000));
        await diskFiles.write(`${directory}/logs`, "jobs/j2.jsonl", "x".repeat(5000));
        await diskFiles.write(`${directory}/artifacts`, "j1.tar.gz", "x".repeat(3000));
        await diskFiles.write(`${directory}/caches`, "shop/a.tar", "x".repeat(4000));
        await diskFiles.write(`${directory}/caches`, "shop/b.tar", "x".repeat(4000));
        const spaces = {
            local: async () => ({ id: "local", name: "this machine", spaces: [] }),
            all: async () => [{ id: "local", name: "this machine", spaces: [] }],
            warnings: () => ["nearly full"],
        };
        const services = createDiskServices({ ...ports, spaces, buildCacheLimitBytes: 5 });

        const first = await services.findDiskUse();

        expect(first).toMatchObject({ warnings: ["nearly full"], buildCacheLimitBytes: 5, cleaning: false });
        const parts = new Map(first.parts.map((part) => [part.part, part]));
        expect(parts.get("images")).toEqual({ part: "images", bytes: 140, count: 2 });
        expect(parts.get("build_cache")).toEqual({ part: "build_cache", bytes: 77 });
        expect(parts.get("logs")).toMatchObject({ count: 3 });
        expect(parts.get("logs")?.bytes).toBeGreaterThanOrEqual(15_000);
        expect(parts.get("artifacts")).toMatchObject({ count: 1 });
        expect(parts.get("artifacts")?.bytes).toBeGreaterThanOrEqual(3000);
        expect(parts.get("caches")).toMatchObject({ count: 2 });
        expect(parts.get("caches")?.bytes).toBeGreaterThanOrEqual(8000);
        engine.buildCacheBytes = 0;
        expect((await services.findDiskUse()).parts).toEqual(first.parts);
        clock.advance(60_000);
        engine.isAway = true;
        expect((await services.findDiskUse()).parts).toContainEqual({
            part: "build_cache",
            note: "engine: it does not answer",
        });

        const report = await services.cleanUp(admin);

        expect(report.by).toBe("admin");
        expect((await services.findDiskUse()).lastCleanUp).toEqual(report);
    });
});
