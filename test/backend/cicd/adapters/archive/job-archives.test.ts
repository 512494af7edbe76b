import { execFile } from "node:child_process";
import {
    chmod,
    link,
    mkdir,
    readdir,
    readFile,
    readlink,
    stat,
    symlink,
    truncate,
    utimes,
    writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createJobArchives } from "../../../../../backend/cicd/adapters/archive/job-archives.ts";
import { plant } from "../../../../support/release-files.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

const run = promisify(execFile);
const { signal } = new AbortController();
const archives = createJobArchives();
const mebibyte = 1024 * 1024;

interface Workshop {
    readonly workspace: string;
    readonly archive: string;
    readonly into: string;
}

async function workshop(name = "a.tar.gz"): Promise<Workshop> {
    const directory = await temporaryDirectory();
    const made = {
        workspace: join(directory, "w"),
        archive: join(directory, "kept", name),
        into: join(directory, "i"),
    };
    await Promise.all([made.workspace, join(directory, "kept"), made.into].map((folder) => mkdir(folder)));
    return made;
}

async function pack({ workspace, archive }: Workshop, globs: readonly string[], mostBytes = 100 * mebibyte) {
    return archives.pack({ workspace, globs, archive, mostBytes, signal });
}

async function unpack({ archive, into }: Workshop, asTheyWere = false): Promise<boolean> {
    return archives.unpack({ archive, into, asTheyWere, signal });
}

async function everything(folder: string): Promise<readonly string[]> {
    return (await readdir(folder, { recursive: true })).sort();
}

describe("what is packed", () => {
    it.each([
        ["a folder, with all below it", ["dist"], ["dist/a.js", "dist/deep/b.js", "dist/deep/.hidden"]],
        ["a folder with a slash", ["dist/deep/", "./src/a.ts"], ["dist/deep/.hidden", "dist/deep/b.js", "src/a.ts"]],
        ["a file", ["dist/a.js"], ["dist/a.js"]],
        ["by wildcard", ["**/*.js"], ["dist/a.js", "dist/deep/b.js"]],
        ["a folder by wildcard", ["d*"], ["dist/a.js", "dist/deep/.hidden", "dist/deep/b.js"]],
        ["all but some", ["dist", "!dist/deep"], ["dist/a.js"]],
        ["all but .git", ["."], ["dist/a.js", "dist/deep/.hidden", "dist/deep/b.js", "src/.git/config", "src/a.ts"]],
        ["only what is taken away", ["!dist"], undefined],
        ["nothing", ["missing", "*.none"], undefined],
    ])("%s", async (_, globs, expected) => {
        const made = await workshop();
        await plant(made.workspace, {
            ...{ "dist/a.js": "a", "dist/deep/b.js": "b", "dist/deep/.hidden": "h", "src/a.ts": "t" },
            ...{ ".git/config": "secret", "src/.git/config": "module" },
        });
        const packed = await pack(made, globs);
        expect(packed?.paths).toEqual(expected?.toSorted());
        expect(packed?.files).toBe(expected?.length);
        expect(await readdir(join(made.archive, ".."))).toEqual(expected === undefined ? [] : ["a.tar.gz"]);
    });

    it.each(["a.tar", "a.tar.gz"])("comes out as it went in, as %s, and other programs read it", async (name) => {
        const made = await workshop(name);
        const long = `${"l".repeat(200)}/${"m".repeat(200)}/${"ü".repeat(100)}`;
        await plant(made.workspace, {
            "o/run.sh": "#!/bin/sh",
            "o/a.txt": "text",
            [`o/${long}`]: "far",
            "o/link": "-> a.txt",
        });
        await symlink(`${"deep/".repeat(60)}x`, join(made.workspace, "o/long-link"));
        await mkdir(join(made.workspace, "o/empty"));
        await writeFile(join(made.workspace, "o/line\nend 'quote' \"two\" ☃"), "odd");
        await writeFile(join(made.workspace, "o/big"), Buffer.alloc(3 * mebibyte + 17, 7));
        await utimes(join(made.workspace, "o/a.txt"), 1_000_000, 1_000_000);
        const packed = await pack(made, ["o"]);
        expect(packed).toMatchObject({ files: 7, bytes: (await stat(made.archive)).size, unreadable: [] });
        expect(await unpack(made)).toBe(true);
        expect(await everything(made.into)).toEqual(await everything(made.workspace));
        expect(await readFile(join(made.into, "o", long), "utf8")).toBe("far");
        expect(await readlink(join(made.into, "o/link"))).toBe("a.txt");
        expect((await stat(join(made.into, "o/run.sh"))).mode & 0o777).toBe(0o755);
        expect((await stat(join(made.into, "o/a.txt"))).mtimeMs).toBe(1_000_000_000);
        expect((await readFile(join(made.into, "o/big"))).equals(Buffer.alloc(3 * mebibyte + 17, 7))).toBe(true);
        const other = await workshop();
        await run("tar", ["-xf", made.archive, "-C", other.into]);
        expect(await everything(other.into)).toEqual(await everything(made.workspace));
    });

    it("tells of long paths only so many that they can be kept with every job", async () => {
        const made = await workshop();
        const folder = `${"l".repeat(250)}/${"m".repeat(250)}`;
        await plant(made.workspace, Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${folder}/${n}`, "x"])));
        const packed = await pack(made, ["**"]);
        expect(packed?.files).toBe(60);
        expect(packed?.paths.join("").length).toBeLessThan(16_385);
    });

    it("is the same archive for the same files", async () => {
        const made = await workshop();
        const [one, other] = [
            { ...made, workspace: join(made.workspace, "1") },
            { ...made, workspace: join(made.workspace, "2") },
        ];
        const names = ["b", "a", "c/z", "c/y", "c.d", "Z"];
        await plant(one.workspace, Object.fromEntries(names.map((name) => [name, name])));
        await plant(other.workspace, Object.fromEntries(names.toReversed().map((name) => [name, name])));
        for (const { workspace } of [one, other]) {
            for (const path of await everything(workspace)) {
                await utimes(join(workspace, path), 5, 5);
            }
        }
        await pack(one, ["."]);
        const first = await readFile(made.archive);
        await pack(other, ["."]);
        expect((await readFile(made.archive)).equals(first)).toBe(true);
    });

    it("says what is too large, by what files with holes say of themselves, before it is read", async () => {
        const made = await workshop();
        await plant(made.workspace, { small: "s", huge: "" });
        await truncate(join(made.workspace, "huge"), 10 * 1024 ** 4);
        await expect(pack(made, ["."])).rejects.toMatchObject({
            code: "invalid",
            message: 'they take 10 TB or more, "huge" alone 10 TB; at most 100 MB are kept. Name fewer files.',
        });
        expect(await readdir(join(made.archive, ".."))).toEqual([]);
    });

    it("takes 5,000 files, and can be stopped", async () => {
        const made = await workshop("a.tar");
        for (let folder = 0; folder < 10; folder += 1) {
            await mkdir(join(made.workspace, String(folder)));
            await Promise.all(
                Array.from({ length: 500 }, (_, file) => writeFile(join(made.workspace, `${folder}/${file}`), "x")),
            );
        }
        expect(await pack(made, ["."])).toMatchObject({ files: 5000 });
        expect(await unpack(made)).toBe(true);
        expect(await everything(made.into)).toHaveLength(5010);
        const stopped = AbortSignal.abort(new Error("stopped"));
        const { workspace, archive, into } = made;
        await expect(
            archives.pack({ workspace, globs: ["."], archive, mostBytes: 1e9, signal: stopped }),
        ).rejects.toThrow("stopped");
        await expect(archives.unpack({ archive, into, signal: stopped })).rejects.toThrow("stopped");
    }, 60_000);
});

describe("a hostile workspace", () => {
    it("has its symlinks packed as such, never what they point to, also on the way", async () => {
        const made = await workshop();
        await plant(join(made.workspace, "../outside"), { secret: "secret" });
        await plant(made.workspace, {
            "o/abs": "-> /etc/passwd",
            "o/up": "-> ../../outside/secret",
            "o/folder": "-> ../../outside",
            way: "-> ../outside",
        });
        expect((await pack(made, ["o", "o/folder/secret", "way/**", "way/secret"]))?.paths).toEqual([
            "o/abs",
            "o/folder",
            "o/up",
            "way",
        ]);
        expect((await readFile(made.archive)).includes("secret")).toBe(false);
    });

    it("has pipes, devices and sockets left out, setuid bits and writing by all taken away; hard links become files", async () => {
        const made = await workshop();
        await plant(made.workspace, { suid: "s", first: "f" });
        await chmod(join(made.workspace, "suid"), 0o6777);
        await link(join(made.workspace, "first"), join(made.workspace, "second"));
        await run("mkfifo", [join(made.workspace, "pipe")]);
        expect((await pack(made, ["."]))?.paths).toEqual(["first", "second", "suid"]);
        await unpack(made);
        expect((await stat(join(made.into, "suid"))).mode & 0o7777).toBe(0o755);
        expect((await stat(join(made.into, "first"))).nlink).toBe(1);
        expect(await pack(made, ["pipe"])).toBeUndefined();
    });

    it("is told of what cannot be read", async () => {
        const made = await workshop();
        await plant(made.workspace, { "o/good": "g" });
        const odd = Buffer.concat([Buffer.from(join(made.workspace, "o/odd")), Buffer.from([0xff])]);
        await writeFile(odd, "no name for it");
        expect(await pack(made, ["."])).toMatchObject({ files: 1, paths: ["o/good"], unreadable: ["o/odd\uFFFD"] });
        await expect(pack(made, ["o/odd*"])).rejects.toThrow('nothing of it can be read: "o/odd\uFFFD"');
    });

    it.skipIf(process.getuid?.() === 0)("is told of what may not be read", async () => {
        const made = await workshop();
        await plant(made.workspace, { good: "g", secret: "s", "shut/in": "i" });
        await chmod(join(made.workspace, "secret"), 0);
        await chmod(join(made.workspace, "shut"), 0);
        const packed = await pack(made, ["."]);
        await chmod(join(made.workspace, "shut"), 0o755);
        expect(packed).toMatchObject({ paths: ["good"], unreadable: ["secret", "shut"] });
    });

    it("may change while it is packed, and the archive can be read all the same", async () => {
        const made = await workshop("a.tar");
        await plant(made.workspace, { "d/a": "a", "d/b": "b" });
        const changing = new AbortController();
        const changed = run(
            "sh",
            [
                "-c",
                "while :; do echo longer >>d/a; : >d/a; head -c 900000 /dev/zero >d/b; rm d/b; mkdir -p d/c/e; rm -r d/c; done",
            ],
            { cwd: made.workspace, signal: changing.signal },
        ).catch(() => undefined);
        for (let tries = 0; tries < 100; tries += 1) {
            await pack(made, ["."]);
            await unpack(made);
        }
        changing.abort();
        await changed;
    }, 30_000);

    it("cannot lead the packer out by putting symlinks in the place of folders meanwhile", async () => {
        const made = await workshop("a.tar");
        const tree = (text: string) =>
            Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f/${index}`, text]));
        await plant(join(made.workspace, "../outside"), tree("TOP SECRET"));
        await plant(join(made.workspace, "d"), tree("harmless"));
        const swapping = new AbortController();
        const script = "while mv d e && ln -s ../outside d && rm d && mv e d; do :; done";
        const swapped = run("sh", ["-c", script], { cwd: made.workspace, signal: swapping.signal }).catch(
            () => undefined,
        );
        for (let tries = 0; tries < 100; tries += 1) {
            if ((await pack(made, ["."])) !== undefined) {
                expect((await readFile(made.archive)).includes("TOP SECRET")).toBe(false);
            }
        }
        swapping.abort();
        await swapped;
    }, 30_000);
});
