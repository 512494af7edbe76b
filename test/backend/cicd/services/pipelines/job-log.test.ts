import { appendFile, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLogStore } from "../../../../../backend/cicd/adapters/files/log-store.ts";
import type { LogStore } from "../../../../../backend/cicd/core/log-stream.ts";
import { JobLog, runLine } from "../../../../../backend/cicd/services/pipelines/job-log.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { outputOf } from "../../../../support/pipeline-stage.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

const chunks = { add: async () => undefined, list: async () => [], remove: async () => undefined };

function openStore(directory: string, limitBytes = 64 * 1024 * 1024): LogStore {
    return createLogStore({ directory, chunks, clock: createTestClock(), onError: () => undefined, limitBytes });
}

/** What a server that is killed and started again has: the same files, other writers. */
async function openLogs(directory: string, limits: { readonly own?: number; readonly run?: number } = {}) {
    const [jobLogs, logs] = [openStore(join(directory, "jobs"), limits.own), openStore(directory, limits.run)];
    const writer = await logs.open("run");
    const open = (given: { linesBefore?: number; isResumed?: boolean; name?: string; runId?: string } = {}) => {
        const { linesBefore = 0, isResumed = false, name = "unit", runId = "run-1" } = given;
        const runLog = { id: "run", logs, writer };
        const mask = (text: string): string => text.replaceAll("s3cret", "***");
        return JobLog.open(jobLogs, { runId, job: { id: name, name, linesBefore }, isResumed, mask, runLog });
    };
    const read = async () => ({
        own: await jobLogs.read("unit", { afterSeq: 0, limit: 2000 }),
        run: await logs.read("run", { afterSeq: 0, limit: 2000 }),
    });
    return { open, read, writer };
}

/** Cuts a log off after some of its lines, and perhaps in the middle of the next. */
async function cutOff(file: string, lines: number, torn: boolean): Promise<void> {
    const all = (await readFile(file, "utf8")).split(/(?<=\n)/);
    const kept = all.slice(0, lines).join("");
    await truncate(file, 0);
    await appendFile(file, kept + (torn ? (all[lines] ?? "").slice(0, 9) : ""));
}

describe("the log of a job", () => {
    it("writes each line into the job's log and the run's, masked", async () => {
        const { open, read, writer } = await openLogs(await temporaryDirectory());
        const log = await open();
        log.say("starts");
        log.write("stdout", "the s3cret");
        log.write("stderr", "oh");
        await log.close();
        await writer.close();

        const { own, run } = await read();
        expect(own.map(({ stream, text, job }) => [stream, text, job])).toEqual([
            ["system", "starts", undefined],
            ["stdout", "the ***", undefined],
            ["stderr", "oh", undefined],
        ]);
        expect(run.map(({ phase, job }) => [phase, job])).toEqual(Array(3).fill(["pipeline", "unit"]));
    });

    it("has every line once in both logs, wherever a kill cut either of them off", async () => {
        const directory = await temporaryDirectory();
        const output = fc.array(fc.constantFrom("a", "b", "", "the s3cret", "x".repeat(300)), { maxLength: 12 });
        const cut = fc.tuple(fc.nat(30), fc.boolean());
        await fc.assert(
            fc.asyncProperty(
                output,
                output,
                fc.array(fc.tuple(cut, cut), { minLength: 1, maxLength: 3 }),
                async (first, second, cuts) => {
                    const files = await logFiles(directory);
                    const expected = [...first, ...second].map((text) => text.replaceAll("s3cret", "***"));
                    // The first try ends well, the second one is followed by one server after the other.
                    const begun = await openLogs(directory);
                    begun.writer.write("system", "pipeline", runLine("run-1", "1 job"));
                    const log = await begun.open();
                    begun.writer.write("stdout", "pipeline", "of another job", "other");
                    first.forEach((text) => log.write("stdout", text));
                    await log.flush();
                    const linesBefore = log.lines;
                    const floor = await lengthsOf(files);
                    log.nextTry();
                    second.forEach((text) => log.write("stdout", text));
                    await log.close();
                    await begun.writer.close();
                    for (const [own, run] of cuts) {
                        await cutOff(files.own, floor.own + own[0], own[1]);
                        await cutOff(files.run, floor.run + run[0], run[1]);
                        const again = await openLogs(directory);
                        const next = await again.open({ linesBefore, isResumed: true });
                        next.again();
                        second.forEach((text) => next.write("stdout", text));
                        await next.close();
                        await again.writer.close();
                    }
                    const { own, run } = await begun.read();
                    expect(outputOf(own)).toEqual(expected);
                    expect(outputOf(run, "unit")).toEqual(expected);
                    await Promise.all([truncate(files.own, 0), truncate(files.run, 0)]);
                },
            ),
            { numRuns: 40 },
        );
    });

    it("writes nothing twice where the engine was away, and the lines come again", async () => {
        const { open, read, writer } = await openLogs(await temporaryDirectory());
        const log = await open();
        ["a", "b"].forEach((text) => log.write("stdout", text));
        log.again();
        ["a", "b", "c"].forEach((text) => log.write("stdout", text));
        await log.close();
        await writer.close();

        expect(outputOf((await read()).own)).toEqual(["a", "b", "c"]);
        expect(outputOf((await read()).run)).toEqual(["a", "b", "c"]);
    });

    it("leaves lines of an earlier run of the same deployment out of account", async () => {
        const directory = await temporaryDirectory();
        const { open, read, writer } = await openLogs(directory);
        writer.write("system", "pipeline", runLine("run-1", "1 job"));
        writer.write("stdout", "pipeline", "of the earlier run", "unit");
        writer.write("system", "pipeline", runLine("run-2", "1 job"));
        await writer.flush();
        const log = await open({ isResumed: true, runId: "run-2" });
        ["a", "b"].forEach((text) => log.write("stdout", text));
        await log.close();
        await writer.close();

        expect(outputOf((await read()).run)).toEqual(["of the earlier run", "a", "b"]);
    });

    it("keeps 8 MiB of a job in the run's log, says so once, and everything in the job's own", async () => {
        const directory = await temporaryDirectory();
        const line = "x".repeat(1024 * 1023);
        const lines = Array.from({ length: 10 }, () => line);
        for (const isResumed of [false, true]) {
            const { open, writer } = await openLogs(directory);
            const log = await open({ isResumed });
            lines.forEach((text) => log.write("stdout", text));
            await log.close();
            await writer.close();
        }

        const { read } = await openLogs(directory);
        const { own, run } = await read();
        expect(own).toHaveLength(10);
        expect(outputOf(run)).toHaveLength(8);
        const said = run.filter(({ stream }) => stream === "system").map(({ text }) => text);
        expect(said).toEqual(["The rest of what unit writes stands in the job's own log."]);
    });

    it("has enough once both logs are full: their beginning is whole and in order, and one line says so", async () => {
        const directory = await temporaryDirectory();
        const limits = { own: 20_000, run: 10_000 };
        const { open, read, writer } = await openLogs(directory, limits);
        const log = await open();
        let written = 0;
        for (; !log.enough.aborted && written < 1000; written += 1) {
            log.write("stdout", `line ${written}`);
        }
        log.write("stdout", "too late");
        log.say("also too late");
        await log.close();
        await writer.close();

        const { own, run } = await read();
        expect(written).toBeLessThan(1000);
        expect(outputOf(own)).toEqual(Array.from({ length: written - 1 }, (_unused, index) => `line ${index}`));
        expect(outputOf(run)).toEqual(outputOf(own).slice(0, outputOf(run).length));
        for (const lines of [own, run]) {
            expect(lines.map(({ stream }) => stream).filter((stream) => stream === "system")).toHaveLength(1);
            expect(lines.at(-1)?.text).toMatch(/^This log has reached its limit/);
        }
        const again = await openLogs(directory, limits);
        const next = await again.open({ isResumed: true });
        expect(next.enough.aborted).toBe(true);
        await next.close();
        await again.writer.close();
    });

    it.each([
        ["own", { own: 10_000 }],
        ["run's", { run: 10_000 }],
    ] as const)("wants more output while only the %s log is full", async (_name, limits) => {
        const { open, writer } = await openLogs(await temporaryDirectory(), limits);
        const log = await open();
        Array.from({ length: 500 }, (_unused, index) => log.write("stdout", `line ${index}`));
        expect(log.enough.aborted).toBe(false);
        await log.close();
        await writer.close();
    });
});

async function logFiles(directory: string) {
    const { open, writer } = await openLogs(directory);
    await (await open()).close();
    await writer.close();
    return { own: join(directory, "jobs", "unit.jsonl"), run: join(directory, "run.jsonl") };
}

async function lengthsOf(files: { readonly own: string; readonly run: string }) {
    const count = async (file: string) => (await readFile(file, "utf8")).split("\n").length - 1;
    return { own: await count(files.own), run: await count(files.run) };
}
