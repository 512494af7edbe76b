import { appendFile, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { createLogStore } from "../../../../../backend/cicd/adapters/files/log-store.ts";
import type { LogChunk, LogChunkStore, LogStore } from "../../../../../backend/cicd/core/log-stream.ts";
import type { LogLine } from "../../../../../common/schema/log-line.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

function memoryChunks(): LogChunkStore & { readonly all: LogChunk[] } {
    const all: LogChunk[] = [];
    return {
        all,
        add: async (chunk) => void all.push(chunk),
        list: async (logId) => all.filter((chunk) => chunk.logId === logId),
        remove: async (logId) => void all.splice(0, all.length, ...all.filter((c) => c.logId !== logId)),
    };
}

async function openStore(options: { readonly limitBytes?: number } = {}) {
    const directory = join(await temporaryDirectory(), "logs");
    const chunks = memoryChunks();
    const errors: unknown[] = [];
    const clock = createTestClock();
    const make = (): LogStore =>
        createLogStore({ directory, chunks, clock, onError: (error) => errors.push(error), ...options });
    return { directory, chunks, errors, make, store: make() };
}

async function writeLines(store: LogStore, id: string, texts: readonly string[]): Promise<void> {
    const log = await store.open(id);
    texts.forEach((text) => log.write("stdout", "building", text));
    await log.close();
}

/** A log of many lines, written at once, as an earlier run would have left it. */
async function bigLog(directory: string, id: string, count: number, padding: number): Promise<void> {
    const line = (seq: number): string =>
        JSON.stringify({
            seq,
            time: "2026-01-31T12:00:00.000Z",
            stream: "stdout",
            phase: seq % 10 === 0 ? "verifying" : "building",
            text: `line ${seq} ${"x".repeat((seq * 7919) % padding)}`,
        });
    await mkdir(directory, { recursive: true });
    const lines = Array.from({ length: count }, (_, index) => line(index + 1));
    await writeFile(join(directory, `${id}.jsonl`), `${lines.join("\n")}\n`);
}

const seqs = (lines: readonly LogLine[]): readonly number[] => lines.map((line) => line.seq);
const texts = (lines: readonly LogLine[]): readonly string[] => lines.map((line) => line.text);

describe("writing a log", () => {
    it("numbers lines from 1 without a gap, across restarts", async () => {
        const { make } = await openStore();
        await writeLines(make(), "d1", ["one", "two\nlines", "\u001b[31mred\u001b[0m ü 🚀"]);
        await writeLines(make(), "d1", ["four"]);

        const lines = await make().read("d1", { limit: 10 });

        expect(lines).toEqual([
            expect.objectContaining({ seq: 1, stream: "stdout", phase: "building", text: "one" }),
            expect.objectContaining({ seq: 2, text: "two\nlines" }),
            expect.objectContaining({ seq: 3, text: "\u001b[31mred\u001b[0m ü 🚀" }),
            expect.objectContaining({ seq: 4, time: "2026-01-31T12:00:00.000Z", text: "four" }),
        ]);
    });

    it("keeps the job that a line belongs to", async () => {
        const { store } = await openStore();
        const log = await store.open("d1");

        log.write("stderr", "pipeline", "text", "unit tests");
        await log.close();

        expect(await store.read("d1", { limit: 1 })).toMatchObject([{ stream: "stderr", job: "unit tests" }]);
    });

    it("drops a line that a crash cut in half, and gives its number again", async () => {
        const { make, directory } = await openStore();
        await writeLines(make(), "d1", ["one", "two"]);
        const file = join(directory, "d1.jsonl");
        await appendFile(file, '{"seq":3,"time":"2026-01-31T12:00:00.000Z","stream":"stdo');

        expect(texts(await make().read("d1", { limit: 10 }))).toEqual(["one", "two"]);
        await writeLines(make(), "d1", ["three"]);

        expect(seqs(await make().read("d1", { limit: 10 }))).toEqual([1, 2, 3]);
        expect((await readFile(file, "utf8")).split("\n")).toHaveLength(4);
    });

    it.each([
        ["nothing but half a line", '{"seq":1,"ti', []],
        [
            "zeros at the end",
            `${JSON.stringify({ seq: 1, time: "2026-01-31T12:00:00Z", stream: "stdout", phase: "done", text: "a" })}\n\0\0\0\n`,
            [1],
        ],
        ["an empty file", "", []],
    ])("goes on after a crash that left %s", async (_, content, before) => {
        const { store, directory } = await openStore();
        await mkdir(directory);
        await writeFile(join(directory, "d1.jsonl"), content);

        await writeLines(store, "d1", ["next"]);

        expect(seqs(await store.read("d1", { limit: 10 }))).toEqual([...before, before.length + 1]);
    });

    it("is private", async () => {
        const { store, directory } = await openStore();
        await writeLines(store, "d1", ["one"]);

        expect((await stat(directory)).mode & 0o777).toBe(0o700);
        expect((await stat(join(directory, "d1.jsonl"))).mode & 0o777).toBe(0o600);
    });

    it("cuts a line at 1 MiB, never inside a character", async () => {
        const { store } = await openStore();
        const long = "x" + "€".repeat(400_000);
        await writeLines(store, "d1", [long, "after"]);

        const [line, after] = await store.read("d1", { limit: 10 });
        const [kept = "", note] = line?.text.split(" … ") ?? [];

        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(1024 * 1024);
        expect(Buffer.byteLength(kept)).toBeGreaterThan(1024 * 1024 - 4);
        expect(long.startsWith(kept)).toBe(true);
        expect(note).toContain("1 MiB");
        expect(after?.text).toBe("after");
    });

    it("ends politely at its limit, once, also after a restart", async () => {
        const { make, directory } = await openStore({ limitBytes: 10_000 });
        await writeLines(
            make(),
            "d1",
            Array.from({ length: 500 }, (_, index) => `line ${index}`),
        );
        await writeLines(make(), "d1", ["short"]);

        const lines = await make().read("d1", { limit: 2000 });

        expect((await stat(join(directory, "d1.jsonl"))).size).toBeLessThan(10_300);
        expect(lines.at(-1)?.stream).toBe("system");
        expect(lines.at(-1)?.text).toContain("limit");
        expect(lines.filter((line) => line.stream === "system")).toHaveLength(1);
        expect(seqs(lines)).toEqual(Array.from({ length: lines.length }, (_, index) => index + 1));
    });

    it("may be opened by two at once, and is closed by the last", async () => {
        const { store } = await openStore();
        const [one, two] = await Promise.all([store.open("d1"), store.open("d1")]);

        one.write("stdout", "building", "one");
        two.write("stdout", "building", "two");
        await one.close();
        await one.close();
        two.write("stdout", "building", "three");
        await two.close();
        await writeLines(store, "d1", ["four"]);

        expect(texts(await store.read("d1", { limit: 10 }))).toEqual(["one", "two", "three", "four"]);
    });

    it("takes a fast flood of lines in order", async () => {
        const { store } = await openStore();
        const count = 20_000;
        await writeLines(
            store,
            "d1",
            Array.from({ length: count }, (_, index) => `line ${index} ${"x".repeat(80)}`),
        );

        const lines = await store.read("d1", { afterSeq: count - 2000, limit: 2000 });

        expect(seqs(lines)).toEqual(Array.from({ length: 2000 }, (_, index) => count - 1999 + index));
    });

    it.each(["../d1", "", "a/b", "d1\0", "x".repeat(65)])("refuses what is no id: %j", async (id) => {
        const { store } = await openStore();

        await expect(store.open(id)).rejects.toMatchObject({ code: "invalid" });
        await expect(store.read(id, { limit: 1 })).rejects.toMatchObject({ code: "invalid" });
    });
});

describe("a disk that takes nothing", () => {
    it.runIf(process.platform === "linux")("is told of once, and the log goes on without", async () => {
        const { store, directory, errors } = await openStore();
        await mkdir(directory);
        await symlink("/dev/full", join(directory, "d1.jsonl"));
        const log = await store.open("d1");

        log.write("stdout", "building", "one");

        await expect(log.flush()).rejects.toMatchObject({ code: "unavailable", details: { errorCode: "disk_full" } });
        log.write("stdout", "building", "two");
        await log.close();
        expect(errors).toHaveLength(1);
    });
});

describe("reading a log", () => {
    it("finds any range of a big log as a plain search would", async () => {
        const { store, directory } = await openStore();
        const count = 5000;
        await bigLog(directory, "big", count, 400);
        const all = await store.read("big", { afterSeq: 0, limit: count });
        expect(seqs(all)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
        const seq = fc.integer({ min: 0, max: count + 10 });
        const limit = fc.integer({ min: 1, max: 300 });

        await fc.assert(
            fc.asyncProperty(seq, limit, async (position, size) => {
                const after = await store.read("big", { afterSeq: position, limit: size });
                expect(after).toEqual(all.slice(position, position + size));
                const before = await store.read("big", { beforeSeq: Math.max(position, 1), limit: size });
                expect(before).toEqual(all.slice(0, Math.max(position, 1) - 1).slice(-size));
            }),
            { numRuns: 60 },
        );
        expect(await store.read("big", { limit: 3 })).toEqual(all.slice(-3));
    });

    it.runIf(process.platform === "linux")("reads little of a big log to show its newest lines", async () => {
        const { store, directory } = await openStore();
        await bigLog(directory, "big", 200_000, 100);
        const { size } = await stat(join(directory, "big.jsonl"));
        const before = await bytesRead();

        const lines = await store.read("big", { limit: 100 });

        expect(seqs(lines)).toEqual(Array.from({ length: 100 }, (_, index) => 199_901 + index));
        expect((await bytesRead()) - before).toBeLessThan(size / 10);
    });

    it("copes with lines longer than what it reads at once", async () => {
        const { store } = await openStore();
        const long = ["a".repeat(300_000), "b".repeat(10), "c".repeat(900_000), "d"];
        await writeLines(store, "d1", long);

        expect(texts(await store.read("d1", { limit: 10 }))).toEqual(long);
        expect(texts(await store.read("d1", { beforeSeq: 4, limit: 1 }))).toEqual([long[2]]);
    });

    it("answers nothing for a log that is not there", async () => {
        const { store } = await openStore();

        expect(await store.read("none", { limit: 10 })).toEqual([]);
        expect(await store.tail("none", ["building"], 100)).toBe("");
    });

    it("gives the tail of some phases, in whole lines, what still waits included", async () => {
        const { store } = await openStore();
        const log = await store.open("d1");
        log.write("stdout", "building", "12345");
        log.write("stdout", "applying", "other");
        log.write("stderr", "building", "6789");

        expect(await store.tail("d1", ["building"], 100)).toBe("12345\n6789");
        expect(await store.tail("d1", ["building"], 9)).toBe("6789");
        expect(await store.tail("d1", ["building", "applying"], 100)).toBe("12345\nother\n6789");
        await log.close();
    });
});

describe("following a log", () => {
    it("gets every later line once, in order, together with what it reads", async () => {
        const { store } = await openStore();
        const log = await store.open("d1");
        const got: LogLine[] = [];
        log.write("stdout", "building", "early");
        await log.flush();

        const stop = store.subscribe("d1", (lines) => got.push(...lines));
        log.write("stdout", "building", "one");
        log.write("stdout", "building", "two");
        await log.flush();
        const read = await store.read("d1", { afterSeq: 0, limit: 10 });
        stop();
        log.write("stdout", "building", "late");
        await log.close();

        expect(texts(got)).toEqual(["one", "two"]);
        expect(texts(read)).toEqual(["early", "one", "two"]);
    });

    it("gets lines soon, without being asked", async () => {
        const { store } = await openStore();
        const log = await store.open("d1");
        onTestFinished(() => log.close());

        const batch = await new Promise<readonly LogLine[]>((resolve) => {
            onTestFinished(store.subscribe("d1", resolve));
            log.write("stdout", "building", "one");
            log.write("stdout", "building", "two");
        });

        expect(texts(batch)).toEqual(["one", "two"]);
    });

    it("may follow twice with the same function, and before the log is there", async () => {
        const { store } = await openStore();
        const got: string[] = [];
        const listen = (lines: readonly LogLine[]): void => void got.push(...texts(lines));
        const stop = store.subscribe("d1", listen);
        store.subscribe("d1", listen);

        await writeLines(store, "d1", ["one"]);
        stop();
        stop();
        await writeLines(store, "d1", ["two"]);

        expect(got).toEqual(["one", "one", "two"]);
    });
});

describe("the positions of a log's chunks", () => {
    it("cover the file without a gap, the last with the tail", async () => {
        const { store, chunks, directory } = await openStore();
        const log = await store.open("d1");
        for (let index = 0; index < 30; index += 1) {
            log.write("stdout", "building", "x".repeat(100_000));
            await log.flush();
        }
        log.write("stdout", "building", "the end");
        await log.close();
        const file = await readFile(join(directory, "d1.jsonl"));

        expect(chunks.all.length).toBeGreaterThan(2);
        let seq = 1;
        let offset = 0;
        for (const chunk of chunks.all) {
            expect(chunk).toMatchObject({ firstSeq: seq, byteOffset: offset });
            const lines = file
                .toString("utf8", offset, offset + chunk.byteLength)
                .trimEnd()
                .split("\n");
            expect(lines[0]).toContain(`"seq":${chunk.firstSeq},`);
            expect(lines.at(-1)).toContain(`"seq":${chunk.lastSeq},`);
            seq = chunk.lastSeq + 1;
            offset += chunk.byteLength;
        }
        expect(offset).toBe(file.length);
        expect(chunks.all.at(-1)?.tail).toContain("the end");
        expect(chunks.all.slice(0, -1).every((chunk) => chunk.tail === undefined)).toBe(true);
    });

    it("cover what a crash left unnoted", async () => {
        const { make, chunks, directory } = await openStore();
        await writeLines(make(), "d1", ["one"]);
        const crashed = await make().open("d1");
        crashed.write("stdout", "building", "two");
        await crashed.flush();
        await writeLines(make(), "d1", ["three"]);

        expect(chunks.all).toMatchObject([
            { firstSeq: 1, lastSeq: 1 },
            { firstSeq: 2, lastSeq: 3 },
        ]);
        const total = chunks.all.reduce((sum, chunk) => sum + chunk.byteLength, 0);
        expect(total).toBe((await stat(join(directory, "d1.jsonl"))).size);
        await crashed.close();
    });

    it("go with the log", async () => {
        const { store, chunks } = await openStore();
        await writeLines(store, "d1", ["one"]);

        await store.remove("d1");
        await store.remove("d1");

        expect(await store.read("d1", { limit: 1 })).toEqual([]);
        expect(chunks.all).toEqual([]);
    });

    it("are reported when they cannot be noted, and the log is closed all the same", async () => {
        const { directory } = await openStore();
        const errors: unknown[] = [];
        const store = createLogStore({
            directory,
            chunks: { ...memoryChunks(), add: () => Promise.reject(new Error("database is away")) },
            clock: createTestClock(),
            onError: (error) => errors.push(error),
        });

        await writeLines(store, "d1", ["one"]);

        expect(errors).toEqual([new Error("database is away")]);
        expect(texts(await store.read("d1", { limit: 1 }))).toEqual(["one"]);
    });
});

/** How many bytes this process has read, as the kernel counts. */
async function bytesRead(): Promise<number> {
    const text = await readFile("/proc/self/io", "utf8");
    return Number(/^rchar: (\d+)$/m.exec(text)?.[1]);
}
