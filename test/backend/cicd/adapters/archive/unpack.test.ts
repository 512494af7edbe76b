import { execFile } from "node:child_process";
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJobArchives } from "../../../../../backend/cicd/adapters/archive/job-archives.ts";
import { staysInside } from "../../../../../backend/cicd/adapters/archive/link-target.ts";
import { madeArchive } from "../../../../support/made-archive.ts";
import { plant } from "../../../../support/release-files.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

const run = promisify(execFile);
const { signal } = new AbortController();
const archives = createJobArchives({ mostBytes: 1024 * 1024, mostEntries: 100 });

/** A folder with another one beside it that nothing may get into, and an archive. */
async function place(content: Buffer, name = "a.tar") {
    const directory = await temporaryDirectory();
    const made = { into: join(directory, "into"), outside: join(directory, "outside"), archive: join(directory, name) };
    await mkdir(made.into);
    await plant(made.outside, { kept: "kept" });
    await writeFile(made.archive, content);
    return { ...made, unpack: (asTheyWere = false) => archives.unpack({ ...made, asTheyWere, signal }) };
}

async function everything(folder: string): Promise<readonly string[]> {
    return (await readdir(folder, { recursive: true })).sort();
}

describe("unpacking", () => {
    it("says where there is no archive", async () => {
        const { unpack, archive } = await place(Buffer.alloc(0));
        await run("rm", [archive]);
        expect(await unpack()).toBe(false);
    });

    it.each([
        ["absolute", "/tmp/evil"],
        ["up", "../outside/evil"],
        ["up further in", "a/../../outside/evil"],
        ["empty", ""],
        ["the folder itself", "."],
        ["with an empty part", "a//b"],
        ["very deep", "a/".repeat(400) + "b"],
    ])("refuses a path that is %s", async (_, path) => {
        const long =
            path.length > 90 ? [{ path: "././@LongLink", type: "NextFileHasLongPath" as const, text: path }] : [];
        const made = await place(madeArchive([...long, { path: path.slice(0, 90), text: "evil" }]));
        await expect(made.unpack(true)).rejects.toMatchObject({ code: "invalid" });
        expect(await everything(made.outside)).toEqual(["kept"]);
        expect(await everything(made.into)).toEqual([]);
    });

    it.each([
        ["a device", "CharacterDevice"],
        ["a pipe", "FIFO"],
        ["a hard link", "Link"],
    ] as const)("refuses %s", async (_, type) => {
        const made = await place(madeArchive([{ path: "x", type, linkpath: "../outside/kept" }]));
        await expect(made.unpack(true)).rejects.toMatchObject({ code: "invalid" });
        expect(await everything(made.into)).toEqual([]);
    });

    it.each([
        ["no archive", Buffer.from("nothing like it".repeat(100))],
        ["empty", Buffer.alloc(0)],
        ["cut off in a file", madeArchive([{ path: "x", text: "x".repeat(2000) }]).subarray(0, 1500)],
        ["cut off after a file", madeArchive([{ path: "x", text: "x" }]).subarray(0, 1024)],
        ["longer than it says", Buffer.concat([madeArchive([{ path: "x" }]), Buffer.alloc(512)])],
        ["damaged", Buffer.concat([Buffer.from("!"), madeArchive([{ path: "x" }]).subarray(1)])],
    ])("refuses what is %s", async (_, content) => {
        await expect((await place(content)).unpack()).rejects.toMatchObject({ code: "invalid" });
        await expect((await place(gzipSync(content), "a.tar.gz")).unpack()).rejects.toMatchObject({ code: "invalid" });
    });

    it("refuses what is not packed as its name says, or broken so", async () => {
        const content = madeArchive([{ path: "x" }]);
        await expect((await place(content, "a.tar.gz")).unpack()).rejects.toMatchObject({ code: "invalid" });
        await expect((await place(gzipSync(content).subarray(0, 40), "a.tar.gz")).unpack()).rejects.toMatchObject({
            code: "invalid",
        });
    });

    it("is bounded: a small archive can hold very much", async () => {
        const bomb = gzipSync(madeArchive([{ path: "x", text: "0".repeat(3 * 1024 * 1024) }]));
        expect(bomb.length).toBeLessThan(10_000);
        await expect((await place(bomb, "a.tar.gz")).unpack()).rejects.toThrow("the archive holds more than 1 MB");
        const many = madeArchive(Array.from({ length: 101 }, (_, index) => ({ path: String(index) })));
        await expect((await place(many)).unpack()).rejects.toThrow("the archive holds more than 100 files");
        const liar = madeArchive([{ path: "x", size: 8 * 1024 ** 4 }]);
        await expect((await place(liar)).unpack()).rejects.toThrow("the archive holds more than 1 MB");
    });

    it("leaves symlinks out that lead out, and keeps the others", async () => {
        const link = (path: string, linkpath: string) => ({ path, linkpath, type: "SymbolicLink" as const });
        const made = await place(
            madeArchive([
                link("abs", "/etc/passwd"),
                link("up", "../outside/kept"),
                link("d/in", "../x"),
                link("d/round", "in/../../outside"),
                link("d/python", "/usr/bin/python3"),
                { path: "x", text: "x" },
            ]),
        );
        await made.unpack();
        expect(await everything(made.into)).toEqual(["d", "d/in", "x"]);
        await made.unpack(true);
        expect(await everything(made.into)).toEqual(["abs", "d", "d/in", "d/python", "d/round", "up", "x"]);
    });

    it("never goes through a symlink, neither one that lies there nor one that came along", async () => {
        const made = await place(
            madeArchive([
                { path: "came", linkpath: "../outside", type: "SymbolicLink" },
                { path: "came/evil", text: "evil" },
                { path: "lies/evil", text: "evil" },
                { path: "lies/deep/evil", text: "evil" },
                { path: "file", text: "new" },
            ]),
        );
        await symlink("../outside", join(made.into, "lies"));
        await symlink("../outside/kept", join(made.into, "file"));
        await made.unpack(true);
        expect(await everything(made.outside)).toEqual(["kept"]);
        expect(await readFile(join(made.outside, "kept"), "utf8")).toBe("kept");
        expect(await readFile(join(made.into, "lies/deep/evil"), "utf8")).toBe("evil");
        expect((await lstat(join(made.into, "file"))).isFile()).toBe(true);
    });

    it("cannot be led out by symlinks that are put in its way meanwhile", async () => {
        const made = await place(
            madeArchive(Array.from({ length: 40 }, (_, index) => ({ path: `d${index % 2}/e/${index}`, text: "evil" }))),
        );
        const swapping = new AbortController();
        const script =
            "while :; do rm -rf d0; ln -s ../outside d0; rm -f d0; mkdir -p d0; ln -s ../../outside d0/e; done";
        const swapped = run("sh", ["-c", script], { cwd: made.into, signal: swapping.signal }).catch(() => undefined);
        for (let tries = 0; tries < 60; tries += 1) {
            // It may well fail where everything is taken away from under it.
            await made.unpack(true).catch(() => undefined);
        }
        swapping.abort();
        await swapped;
        expect(await everything(made.outside)).toEqual(["kept"]);
    }, 30_000);

    it.each([".git", ".GIT", ".git/config", "sub/.git", "sub/.git/config"])("leaves %s out", async (path) => {
        const made = await place(madeArchive([{ path, text: "[core]\nfsmonitor = evil" }]));
        await made.unpack();
        expect(await everything(made.into)).toEqual([]);
    });

    it("takes setuid bits away, and says where a folder lies in the place of a file", async () => {
        const made = await place(madeArchive([{ path: "suid", mode: 0o6755, text: "s" }]));
        await made.unpack();
        expect((await stat(join(made.into, "suid"))).mode & 0o7777).toBe(0o755);
        await run("rm", [join(made.into, "suid")]);
        await plant(made.into, { "suid/inside": "kept" });
        await expect(made.unpack()).rejects.toThrow('"suid" is a folder there, and a file in the archive');
        expect(await everything(made.into)).toEqual(["suid", "suid/inside"]);
    });

    it("counts as a use of the archive", async () => {
        const made = await place(madeArchive([{ path: "x" }]));
        await run("touch", ["-d", "2020-01-01", made.archive]);
        await made.unpack();
        expect((await stat(made.archive)).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    });
});

describe("symlinks", () => {
    it.each([
        ["a", "b", true],
        ["a", "./b/c", true],
        ["d/a", "../b", true],
        ["d/e/a", "../../b/c", true],
        ["node_modules/.bin/tsc", "../typescript/bin/tsc", true],
        ["a", "/b", false],
        ["a", "../b", false],
        ["d/a", "../../b", false],
        ["d/a", "b/../c", false],
        ["a", "", false],
    ])("%s -> %s: stays inside: %s", (path, target, expected) => {
        expect(staysInside(path, target)).toBe(expected);
    });

    it("stay below their root wherever they do by their own text", () => {
        const part = fc.constantFrom("..", ".", "", "a", "b");
        const path = fc
            .array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 4 })
            .map((parts) => parts.join("/"));
        fc.assert(
            fc.property(path, fc.array(part, { maxLength: 8 }), (at, parts) => {
                const target = parts.join("/");
                const resolved = new URL(target, `file:///r/r/r/r/r/r/r/r/r/${at}`).pathname;
                return !staysInside(at, target) || `${resolved}/`.startsWith("/r/r/r/r/r/r/r/r/r/");
            }),
        );
    });
});

describe("any files", () => {
    it("come out of the archive as they went in", async () => {
        const name = fc
            .string({ unit: "grapheme", minLength: 1, maxLength: 60 })
            .filter((text) => !/^\.{1,2}$|[/\0]/.test(text) && Buffer.byteLength(text) < 250 && !/^\.git$/i.test(text));
        const file = fc.record({
            folders: fc.array(name, { maxLength: 5 }),
            name,
            bytes: fc.uint8Array({ maxLength: 1500 }),
            executable: fc.boolean(),
        });
        await fc.assert(
            fc.asyncProperty(
                fc.array(file, { minLength: 1, maxLength: 6 }),
                fc.constantFrom("a.tar", "a.tar.gz"),
                async (files, archiveName) => {
                    const directory = await temporaryDirectory();
                    const [workspace, into, archive] = [
                        join(directory, "w"),
                        join(directory, "i"),
                        join(directory, archiveName),
                    ];
                    await mkdir(into);
                    for (const [index, one] of files.entries()) {
                        const folder = join(workspace, String(index), ...one.folders);
                        await mkdir(folder, { recursive: true });
                        await writeFile(join(folder, one.name), one.bytes, { mode: one.executable ? 0o755 : 0o644 });
                    }
                    const packed = await archives.pack({ workspace, globs: ["**"], archive, mostBytes: 1e6, signal });
                    expect(packed).toMatchObject({ files: files.length, unreadable: [] });
                    expect(await archives.unpack({ archive, into, signal })).toBe(true);
                    expect(await everything(into)).toEqual(await everything(workspace));
                    for (const [index, one] of files.entries()) {
                        const path = join(into, String(index), ...one.folders, one.name);
                        expect(new Uint8Array(await readFile(path))).toEqual(one.bytes);
                        expect((await stat(path)).mode & 0o777).toBe(one.executable ? 0o755 : 0o644);
                    }
                },
            ),
            { numRuns: 60 },
        );
    }, 60_000);
});
