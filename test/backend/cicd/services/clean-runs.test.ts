import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import { diskMeter } from "../../../../backend/cicd/adapters/disk/disk-meter.ts";
import type { NewJob, PipelineRecord } from "../../../../backend/cicd/core/pipeline-run.ts";
import { createTally } from "../../../../backend/cicd/services/clean-up-tally.ts";
import { cleanRuns } from "../../../../backend/cicd/services/clean-runs.ts";
import { forgetJobFiles } from "../../../../backend/cicd/services/forget-job-files.ts";
import { newPipeline, openJobTraces } from "../../../support/pipelines.ts";
import { openWorkshop } from "../../../support/workshop.ts";

const dayMilliseconds = 24 * 3600_000;
const artifacts = { files: 1, bytes: 5, paths: ["a"] };
const plan = { stages: [], jobs: [], leftOut: [] };

async function open() {
    const workshop = await openWorkshop();
    const { pipelines, clock } = workshop;
    const ports = { pipelines, meter: diskMeter, files: diskFiles, clock, ...openJobTraces(workshop) };
    const { artifactsDirectory, jobLogsDirectory } = ports;

    async function log(id: string): Promise<void> {
        const writer = await ports.jobLogs.open(id);
        writer.write("stdout", "pipeline", "a line");
        await writer.close();
    }

    /** A run with one job that left a log and artifacts; it ends at once unless told otherwise. */
    async function ran(fields: Partial<NewJob> = {}, { stackId = "shop", ends = true } = {}) {
        clock.advance(1000);
        const { id } = await pipelines.create(newPipeline({ stackId }));
        const job = { name: "unit", stage: "test", image: "x", allowFailure: false, status: "success" } as const;
        const run = await pipelines.begin(id, plan, [{ ...job, artifacts, ...fields }], clock.now().toISOString());
        const jobId = (await pipelines.jobs([id])).get(id)?.[0]?.id ?? "";
        if (ends) {
            await pipelines.update(id, { status: "success" });
        }
        await diskFiles.write(artifactsDirectory, `${jobId}.tar.gz`, "packed");
        await log(jobId);
        await log(id);
        return { run, id, jobId };
    }

    async function left() {
        const [archives, logs] = [await readdir(artifactsDirectory), await readdir(jobLogsDirectory)];
        return {
            archives: archives.map((name) => name.replace(".tar.gz", "")).sort(),
            logs: logs.map((name) => name.replace(".jsonl", "")).sort(),
        };
    }

    async function clean(fields: object = {}) {
        const tally = createTally(clock.now(), undefined);
        await cleanRuns({ ...ports, ...fields }, tally, new AbortController().signal);
        return tally.report(clock.now());
    }

    return { ...workshop, ...ports, ran, left, clean };
}

const touch = (file: string, at: Date): Promise<void> => utimes(file, at, at);
const runIds = (runs: readonly PipelineRecord[]): readonly string[] => runs.map(({ id }) => id);

describe("archives that a crash left half packed", () => {
    it("go when they are older than a day", async () => {
        const { clean, artifactsDirectory, clock } = await open();
        await diskFiles.write(artifactsDirectory, ".ab.tmp", "half");
        await touch(join(artifactsDirectory, ".ab.tmp"), clock.now());
        await clean();
        expect(await readdir(artifactsDirectory)).toEqual([".ab.tmp"]);

        clock.advance(dayMilliseconds + 60_000);
        const report = await clean();

        expect(await readdir(artifactsDirectory)).toEqual([]);
        expect(report.removed).toContainEqual(expect.objectContaining({ part: "artifacts", name: ".ab.tmp" }));
    });
});

describe("old runs", () => {
    it("go beyond the newest 200 of their stack, with jobs, logs and artifacts", async () => {
        const { ran, clean, left, pipelines, jobChunks } = await open();
        const old = await ran();
        const other = await ran({}, { stackId: "attic" });
        const newest = [];
        for (let count = 0; count < 199; count += 1) {
            newest.push(await pipelines.create(newPipeline({ stackId: "shop" })));
        }
        const last = await ran();

        const report = await clean();

        const kept = await pipelines.list("shop", { limit: 300 });
        expect(runIds(kept)).toEqual([last.id, ...runIds(newest).toReversed()]);
        expect(await pipelines.findJob(old.jobId)).toBeUndefined();
        expect(await left()).toEqual({
            archives: [other.jobId, last.jobId].sort(),
            logs: [other.jobId, other.id, last.jobId, last.id].sort(),
        });
        expect(await jobChunks.list(old.jobId)).toEqual([]);
        expect(report.removed.map(({ part, name }) => [part, name]).toSorted()).toEqual(
            [
                ["artifacts", old.jobId],
                ["logs", old.jobId],
                ["logs", old.id],
            ].toSorted(),
        );
        expect((await clean()).removedCount).toBe(0);
    });

    it("leave their artifacts to a run that took them over", async () => {
        const { ran, clean, left, pipelines } = await open();
        const first = await ran();
        const second = await ran({ reusedFrom: first.jobId });
        await pipelines.prune("shop", 1);

        await clean();

        expect((await left()).archives).toEqual([first.jobId, second.jobId].sort());
        await pipelines.updateJob(second.jobId, { artifacts: undefined });
        await clean();
        expect((await left()).archives).toEqual([]);
    });
});

describe("artifacts", () => {
    it("go when their time has come; the job stays", async () => {
        const { ran, clean, left, pipelines, clock } = await open();
        const expiresAt = new Date(clock.now().getTime() + dayMilliseconds).toISOString();
        const short = await ran({ artifacts: { ...artifacts, expiresAt } });
        const long = await ran();
        await clean();
        expect((await left()).archives).toEqual([short.jobId, long.jobId].sort());

        clock.advance(2 * dayMilliseconds);
        const report = await clean();

        expect((await left()).archives).toEqual([long.jobId]);
        expect(await pipelines.findJob(short.jobId)).not.toHaveProperty("artifacts");
        expect(report.removed).toMatchObject([{ part: "artifacts", name: short.jobId, bytes: 6 }]);
    });

    it("of a run that goes on stay, also before its row tells of them", async () => {
        const { ran, clean, left } = await open();
        const running = await ran({ artifacts: undefined, status: "running" }, { ends: false });

        await clean();

        expect((await left()).archives).toEqual([running.jobId]);
    });

    it("and caches go with their stack's repository; runs and other stacks' files stay", async () => {
        const { ran, left, pipelines, directory, jobFiles } = await open();
        const gone = await ran();
        const other = await ran({}, { stackId: "attic" });
        for (const stack of ["shop", "attic"]) {
            await diskFiles.write(`${directory}/caches`, `${stack}/a.tar`, "packed");
        }

        await forgetJobFiles({ pipelines, jobFiles, files: diskFiles, cachesDirectory: `${directory}/caches` }, "shop");

        expect((await left()).archives).toEqual([other.jobId]);
        expect(await diskFiles.names(`${directory}/caches`)).toEqual(["attic"]);
        expect(await pipelines.findJob(gone.jobId)).not.toHaveProperty("artifacts");
        expect(await pipelines.find(gone.id)).toBeDefined();
    });
});

describe("logs of jobs", () => {
    it("go with those of their run once it is old and beyond the newest, and stay while it goes on", async () => {
        const { ran, clean, left, clock } = await open();
        const waiting = await ran({}, { ends: false });
        const old = await ran();
        const kept = [await ran(), await ran()];
        clock.advance(91 * dayMilliseconds);

        const report = await clean({ logRules: { perStack: 2, days: 90, mostBytes: 1e9 } });

        expect((await left()).logs).toEqual([waiting, ...kept].flatMap(({ id, jobId }) => [id, jobId]).sort());
        expect(report.removed).toMatchObject([{ part: "logs", name: old.id, stack: "shop" }]);
        expect(report.freedBytes).toBeGreaterThan(0);
    });

    it("make room together where they are too large", async () => {
        const { ran, clean, left, clock, jobLogsDirectory } = await open();
        await ran();
        const newer = await ran();
        clock.advance(2 * dayMilliseconds);
        const entries = await diskMeter.entries(jobLogsDirectory);
        const mostBytes = entries.reduce((sum, { bytes }) => sum + bytes, 0) - 1;

        await clean({ logRules: { perStack: 200, days: 90, mostBytes } });

        expect((await left()).logs).toEqual([newer.id, newer.jobId].sort());
    });
});
