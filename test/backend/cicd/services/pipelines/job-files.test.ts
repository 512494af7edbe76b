import { mkdir, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createJobArchives } from "../../../../../backend/cicd/adapters/archive/job-archives.ts";
import { diskMeter } from "../../../../../backend/cicd/adapters/disk/disk-meter.ts";
import { diskFiles } from "../../../../../backend/cicd/adapters/disk/files.ts";
import type { JobArchives } from "../../../../../backend/cicd/core/job-archive.ts";
import { createJobFiles, type JobFilePorts } from "../../../../../backend/cicd/services/pipelines/job-files.ts";
import { AppError } from "../../../../../common/errors.ts";
import type { PlannedArtifacts, PlannedJob } from "../../../../../common/schema/pipeline-plan.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { plant } from "../../../../support/release-files.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

const { signal } = new AbortController();
const artifacts: PlannedArtifacts = { paths: ["dist"], when: "on_success", expireSeconds: 3600 };
const names = ["a", "b", "c", "d", "e", "f"];
const kept = { paths: ["cache"], key: "node" };

function planned(change: Partial<PlannedJob>): PlannedJob {
    return {
        ...{ name: "compile", definition: "compile", stage: "build", image: "node:20", when: "on_success" },
        ...{ beforeScript: [], script: ["true"], afterScript: [], variables: {}, services: [], cache: [] },
        ...{ allowFailure: false, optional: false, retry: { max: 0, when: [] }, resources: {}, docker: false },
        ...{ waitsFor: [], needs: [], artifactsFrom: [] },
        ...change,
    };
}

async function bench(change: Partial<JobFilePorts> = {}) {
    const directory = await temporaryDirectory();
    const clock = createTestClock();
    const archives = createJobArchives();
    const files = createJobFiles({ archives, files: diskFiles, meter: diskMeter, clock, directory, ...change });
    const notes: string[] = [];
    async function workspace(name: string, tree: Readonly<Record<string, string>> = {}): Promise<string> {
        await plant(join(directory, "workspaces", name), tree);
        return join(directory, "workspaces", name);
    }
    const of = (
        jobId: string,
        at: string,
        more: { readonly sources?: readonly string[]; readonly stack?: string; readonly isTrusted?: boolean } = {},
    ) => ({
        ...{
            stack: "web",
            isTrusted: true,
            jobId,
            workspace: at,
            sources: [],
            onNote: (line: string) => void notes.push(line),
            signal,
        },
        ...more,
    });
    return { directory, clock, files, notes, workspace, of };
}

function failing(error: Error): JobArchives {
    return { pack: () => Promise.reject(error), unpack: () => Promise.reject(error) };
}

describe("artifacts", () => {
    it.each([
        ["on_success", true, true],
        ["on_success", false, false],
        ["on_failure", true, false],
        ["on_failure", false, true],
        ["always", true, true],
        ["always", false, true],
    ] as const)("%s, of a job that succeeded: %s, are kept: %s", async (when, succeeded, expected) => {
        const { files, workspace, of } = await bench();
        const at = await workspace("one", { "dist/a": "a" });
        const answer = await files.keep(planned({ artifacts: { ...artifacts, when } }), of("j1", at), succeeded);
        expect(answer !== undefined).toBe(expected);
    });

    it("are told of, with their end", async () => {
        const { files, notes, workspace, of, directory } = await bench();
        const at = await workspace("one", { "dist/a": "a", "dist/b": "b", src: "s" });
        const answer = await files.keep(planned({ artifacts }), of("j1", at), true);
        expect(answer).toMatchObject({ files: 2, paths: ["dist/a", "dist/b"], expiresAt: "2026-01-31T13:00:00.000Z" });
        expect(notes).toEqual([expect.stringMatching(/^Artifacts kept \(2 files, \d+ B\)$/)]);
        expect(files.archiveOf("j1")).toBe(join(directory, "artifacts/j1.tar.gz"));
        const forever = { ...artifacts, expireSeconds: null };
        expect(await files.keep(planned({ artifacts: forever }), of("j1", at), true)).not.toHaveProperty("expiresAt");
    });

    it.each([
        [
            "too large",
            { limits: { archiveBytes: 1000 } },
            /^Artifacts are not kept: they take .* "dist\/a" alone 2 KB; at most 1000 B/,
        ],
        [
            "with a full disk",
            { archives: failing(new AppError("unavailable", "the disk is full")) },
            /^Artifacts are not kept: the disk is full$/,
        ],
    ] as const)("that cannot be kept (%s) fail nothing, and are told of", async (_, change, note) => {
        const { files, notes, workspace, of } = await bench(change);
        const at = await workspace("one", { "dist/a": "a".repeat(2000) });
        expect(await files.keep(planned({ artifacts }), of("j1", at), true)).toBeUndefined();
        expect(notes).toEqual([expect.stringMatching(note)]);
    });

    it("that are not there are told of", async () => {
        const { files, notes, workspace, of } = await bench();
        expect(await files.keep(planned({ artifacts }), of("j1", await workspace("one")), true)).toBeUndefined();
        expect(notes).toEqual(["No artifacts: nothing fits dist"]);
    });

    it("are put into the workspace of a later run, the later ones over the earlier ones", async () => {
        const { files, notes, workspace, of } = await bench();
        const job = planned({ artifacts });
        await files.keep(job, of("j1", await workspace("one", { "dist/a": "old", "dist/b": "b" })), true);
        await files.keep(job, of("j2", await workspace("two", { "dist/a": "new" })), true);
        const at = await workspace("three");
        await files.prepare(planned({}), of("j3", at, { sources: ["j1", "j2", "gone"] }));
        expect(await readFile(join(at, "dist/a"), "utf8")).toBe("new");
        expect(await readFile(join(at, "dist/b"), "utf8")).toBe("b");
        expect(notes.at(-1)).toBe("Artifacts that this job builds on are not kept any more.");
    });

    it("are handed on without what could lead out of the folder, or change what git does in it", async () => {
        const { files, workspace, of } = await bench();
        const at = await workspace("one", {
            "dist/a": "a",
            "dist/out": "-> /etc/passwd",
            "dist/in": "-> a",
            "dist/sub/.git": "gitdir: evil",
        });
        await files.keep(planned({ artifacts }), of("j1", at), true);
        const into = await workspace("tree", { "compose.yaml": "services: {}" });
        await symlink("../one", join(into, "dist"));
        await files.handOn(["j1", "none"], into, signal);
        expect((await readdir(join(into, "dist"))).sort()).toEqual(["a", "in", "sub"]);
        expect(await readdir(join(into, "dist/sub"))).toEqual([]);
    });

    it("that are broken say so in words", async () => {
        const { files, workspace, of, directory } = await bench();
        await mkdir(join(directory, "artifacts"));
        await writeFile(files.archiveOf("j1"), "broken");
        const call = of("j2", await workspace("one"), { sources: ["j1"] });
        const message = /^Artifacts of an earlier job cannot be unpacked: the archive is broken/;
        await expect(files.prepare(planned({}), call)).rejects.toThrow(message);
    });

    it("can be removed, also twice", async () => {
        const { files, workspace, of, directory } = await bench();
        await files.remove(["none"]);
        await files.keep(planned({ artifacts }), of("j1", await workspace("one", { "dist/a": "a" })), true);
        await files.remove(["j1", "j1"]);
        expect(await readdir(join(directory, "artifacts"))).toEqual([]);
    });
});

describe("caches", () => {
    it("are saved by a good job, and found by the next one of the stack with the same key", async () => {
        const { files, notes, workspace, of } = await bench();
        const job = planned({ cache: [kept] });
        const first = await workspace("one");
        await files.prepare(job, of("j1", first));
        await plant(first, { "cache/x": "x".repeat(2000), "cache/bin/python": "-> /usr/bin/python3" });
        await files.keep(job, of("j1", first), false);
        await files.keep(job, of("j1", first), true);
        const second = await workspace("two");
        await files.prepare(job, of("j2", second));
        expect((await readdir(join(second, "cache"))).sort()).toEqual(["bin", "x"]);
        expect(await readdir(join(second, "cache/bin"))).toEqual(["python"]);
        await files.prepare(job, of("j3", await workspace("three"), { stack: "other" }));
        await files.prepare(planned({ cache: [{ ...kept, key: "../../x" }] }), of("j4", second));
        expect(notes).toEqual([
            "No cache node yet",
            expect.stringMatching(/^Cache node saved \(\d(\.\d)? KB\)$/),
            expect.stringMatching(/^Cache node restored \(\d(\.\d)? KB\)$/),
            "No cache node yet",
            "No cache ../../x yet",
        ]);
    });

    it("of runs that get secrets are read by the others, and never written", async () => {
        const { files, workspace, of } = await bench();
        const job = planned({ cache: [kept] });
        await files.keep(job, of("j1", await workspace("one", { "cache/x": "good" })), true);
        const untrusted = { isTrusted: false };
        const second = await workspace("two");
        await files.prepare(job, of("j2", second, untrusted));
        expect(await readFile(join(second, "cache/x"), "utf8")).toBe("good");

        await writeFile(join(second, "cache/x"), "poison");
        await files.keep(job, of("j2", second, untrusted), true);
        const third = await workspace("three");
        await files.prepare(job, of("j3", third));
        expect(await readFile(join(third, "cache/x"), "utf8")).toBe("good");
        const fourth = await workspace("four");
        await files.prepare(job, of("j4", fourth, untrusted));
        expect(await readFile(join(fourth, "cache/x"), "utf8")).toBe("poison");
    });

    it("are not saved where nothing is there, and the old one stays", async () => {
        const { files, notes, workspace, of } = await bench();
        const job = planned({ cache: [kept] });
        await files.keep(job, of("j1", await workspace("one", { "cache/x": "x" })), true);
        await files.keep(job, of("j2", await workspace("two", { "cache/empty/.keep/x": "x", other: "o" })), true);
        await files.keep(job, of("j3", await workspace("three")), true);
        expect(notes.at(-1)).toBe("Cache node is not saved: nothing fits cache");
        const at = await workspace("four");
        await files.prepare(job, of("j4", at));
        expect(await readdir(join(at, "cache"))).toEqual(["empty"]);
    });

    it("that cannot be saved or restored fail nothing, and are told of", async () => {
        const { files, notes, workspace, of } = await bench({
            archives: failing(new AppError("unavailable", "the disk is full")),
        });
        const call = of("j1", await workspace("one", { "cache/x": "x" }));
        const job = planned({ cache: [kept, { ...kept, key: "other" }] });
        await files.prepare(job, call);
        await files.keep(job, call, true);
        expect(notes).toEqual([
            "Cache node is not restored: the disk is full",
            "Cache other is not restored: the disk is full",
            "Cache node is not saved: the disk is full",
            "Cache other is not saved: the disk is full",
        ]);
    });

    it("saved by two runs at once are one of the two, whole", async () => {
        const { files, workspace, of, directory } = await bench();
        const job = planned({ cache: [kept] });
        const one = await workspace("one", Object.fromEntries(names.map((name) => [`cache/${name}`, "1"])));
        const two = await workspace("two", Object.fromEntries(names.map((name) => [`cache/${name}`, "2"])));
        await Promise.all(
            [1, 2, 3, 4, 5, 6].map((index) => files.keep(job, of(`j${index}`, index % 2 === 0 ? one : two), true)),
        );
        const at = await workspace("three");
        await files.prepare(job, of("j7", at));
        const found = await Promise.all(names.map((name) => readFile(join(at, "cache", name), "utf8")));
        expect(new Set(found).size).toBe(1);
        expect(await readdir(join(directory, "caches/web"))).toHaveLength(1);
    });

    it("of a stack are bounded together: those that were used the longest ago go, and what a crash has left", async () => {
        const { files, notes, workspace, of, directory, clock } = await bench({ limits: { cacheBytes: 14_000 } });
        const at = await workspace("one", { "cache/x": "x".repeat(2500) });
        const jobs = ["a", "b", "c"].map((key) => planned({ cache: [{ ...kept, key }] }));
        const folder = join(directory, "caches/web");
        for (const [index, job] of jobs.entries()) {
            const before = new Set(await readdir(folder).catch(() => []));
            await files.keep(job, of("j1", at), true);
            const name = (await readdir(folder)).find((file) => !before.has(file)) ?? "";
            await utimes(join(folder, name), index + 1, index + 1);
        }
        // Used now: it is the newest again.
        await files.prepare(planned({ cache: [{ ...kept, key: "a" }] }), of("j2", await workspace("two")));
        for (const [name, at] of [
            [".old.tmp", 5],
            [".new.tmp", clock.now().getTime() / 1000],
        ] as const) {
            await writeFile(join(folder, name), "half");
            await utimes(join(folder, name), at, at);
        }
        notes.splice(0);
        await files.keep(planned({ cache: [{ ...kept, key: "d" }] }), of("j3", at), true);
        expect(notes.at(-1)).toBe("Caches of this stack take at most 14 KB: removed 1 that nobody used for longest");
        await files.prepare(
            planned({ cache: ["a", "b", "c", "d"].map((key) => ({ ...kept, key })) }),
            of("j4", await workspace("three")),
        );
        expect(notes.slice(-4).map((note) => note.replace(/ \(.*/, ""))).toEqual([
            "Cache a restored",
            "No cache b yet",
            "Cache c restored",
            "Cache d restored",
        ]);
        expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([".new.tmp"]);
    });

    it("stop when the run is cancelled", async () => {
        const { files, workspace, of } = await bench();
        const call = {
            ...of("j1", await workspace("one", { "cache/x": "x" })),
            signal: AbortSignal.abort(new Error("stop")),
        };
        await files.keep(planned({ cache: [kept] }), { ...call, signal }, true);
        await expect(files.prepare(planned({ cache: [kept] }), call)).rejects.toThrow("stop");
        await expect(files.keep(planned({ cache: [kept] }), call, true)).rejects.toThrow("stop");
    });
});
