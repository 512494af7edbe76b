import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../../backend/cicd/adapters/disk/files.ts";
import { readRegular } from "../../../../../backend/cicd/adapters/disk/read-regular.ts";
import { sha256 } from "../../../../support/compose-files.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

/** A root, and a folder beside it that nothing may touch. */
async function open() {
    const directory = await temporaryDirectory();
    const [root, outside] = [join(directory, "root"), join(directory, "outside")];
    await mkdir(root);
    await mkdir(outside);
    await writeFile(join(outside, "secret"), "secret");
    return { directory, root, outside };
}

const refused = { code: "invalid", details: { errorCode: "not_contained" } };

describe("paths that leave their root", () => {
    const hostile = [
        "../outside/secret",
        "a/../../outside/secret",
        "..",
        ".",
        "",
        "link/secret",
        "deep/link/secret",
        "a\0b",
    ];

    it.each(hostile)("%j is refused by whatever reads, writes and removes", async (path) => {
        const { root, outside } = await open();
        await symlink("../outside", join(root, "link"));
        await mkdir(join(root, "deep"));
        await symlink(outside, join(root, "deep", "link"));

        await expect(diskFiles.readText(root, path)).rejects.toMatchObject(refused);
        await expect(diskFiles.readRegular(root, path, 100)).rejects.toMatchObject(refused);
        await expect(diskFiles.inspect(root, path)).rejects.toMatchObject(refused);
        await expect(diskFiles.readLink(root, path)).rejects.toMatchObject(refused);
        await expect(diskFiles.write(root, path, "mine")).rejects.toMatchObject(refused);
        await expect(diskFiles.copy(root, outside, path)).rejects.toMatchObject(refused);
        await expect(diskFiles.remove(root, path)).rejects.toMatchObject(refused);
        expect(await readdir(outside)).toEqual(["secret"]);
        expect(await readFile(join(outside, "secret"), "utf8")).toBe("secret");
    });

    it("are refused as the place of a copy", async () => {
        const { root, outside, directory } = await open();
        await mkdir(join(directory, "source", "link"), { recursive: true });
        await writeFile(join(directory, "source", "link", "secret"), "mine");
        await symlink(outside, join(root, "link"));

        await expect(diskFiles.copy(join(directory, "source"), root, "link/secret")).rejects.toMatchObject(refused);

        expect(await readFile(join(outside, "secret"), "utf8")).toBe("secret");
    });

    it("make no folder outside, however deep they go", async () => {
        const { root, outside } = await open();
        await symlink(outside, join(root, "link"));

        await expect(diskFiles.write(root, "link/new/deep/file", "mine")).rejects.toMatchObject(refused);

        expect(await readdir(outside)).toEqual(["secret"]);
    });

    it("are not there for whoever asks where they lie", async () => {
        const { root, outside } = await open();
        await symlink(join(outside, "secret"), join(root, "link"));

        expect(await diskFiles.realPath(root, "link")).toBeUndefined();
        expect(await diskFiles.realPath(root, "../outside/secret")).toBeUndefined();
    });
});

describe("symlinks", () => {
    it("inside the root are followed on the way", async () => {
        const { root } = await open();
        await mkdir(join(root, "real"));
        await symlink("real", join(root, "alias"));

        await diskFiles.write(root, "alias/file", "text");

        expect(await diskFiles.readText(root, "real/file")).toBe("text");
        expect(await diskFiles.realPath(root, "alias/file")).toBe("real/file");
    });

    it("at the end are told as what they are, copied as links, and replaced rather than followed", async () => {
        const { root, outside, directory } = await open();
        const target = join(outside, "secret");
        await symlink(target, join(root, "link"));

        expect(await diskFiles.inspect(root, "link")).toMatchObject({ kind: "link", sha256: sha256(target) });
        expect(await diskFiles.readLink(root, "link")).toBe(target);
        await diskFiles.copy(root, join(directory, "copy"), "link");
        expect(await readlink(join(directory, "copy", "link"))).toBe(target);
        await diskFiles.write(root, "link", "mine");

        expect((await lstat(join(root, "link"))).isFile()).toBe(true);
        expect(await readFile(target, "utf8")).toBe("secret");
    });

    it("that go round in circles lead nowhere", async () => {
        const { root } = await open();
        await symlink("b", join(root, "a"));
        await symlink("a", join(root, "b"));

        expect(await diskFiles.readText(root, "a")).toBeUndefined();
        expect(await diskFiles.inspect(root, "a/file")).toBeUndefined();
        expect(await diskFiles.realPath(root, "a")).toBeUndefined();
        expect(await diskFiles.inspect(root, "a")).toMatchObject({ kind: "link" });
        expect(await diskFiles.list(root)).toEqual(["a", "b"]);
        await diskFiles.remove(root, "a");
        expect(await readdir(root)).toEqual(["b"]);
    });

    it("to folders are listed, not walked", async () => {
        const { root } = await open();
        await symlink("..", join(root, "up"));

        expect(await diskFiles.list(root)).toEqual(["up"]);
    });
});

describe("reading", () => {
    it.each(["missing", "missing/below", "file/below", "folder", "x".repeat(300), `${"x".repeat(300)}/below`])(
        "%s gives no text, and no error",
        async (path) => {
            const { root } = await open();
            await writeFile(join(root, "file"), "text");
            await mkdir(join(root, "folder"));

            expect(await diskFiles.readText(root, path)).toBeUndefined();
            expect(await diskFiles.readLink(root, path)).toBeUndefined();
        },
    );

    it("in a root that is not there finds nothing", async () => {
        const { directory } = await open();

        expect(await diskFiles.inspect(join(directory, "none"), "file")).toBeUndefined();
        expect(await diskFiles.names(join(directory, "none"))).toEqual([]);
    });

    it.each([
        [0o644, false],
        [0o755, true],
        [0o654, true],
    ])("of a file with mode %o tells its hash, its size and whether it is executable", async (mode, executable) => {
        const { root } = await open();
        await writeFile(join(root, "file"), "text");
        await chmod(join(root, "file"), mode);

        const expected = { kind: "file", sha256: sha256("text"), executable, sizeBytes: 4 };
        expect(await diskFiles.inspect(root, "file")).toEqual(expected);
    });

    it("of folders and pipes tells that they are no files", async () => {
        const { root } = await open();
        await mkdir(join(root, "folder"));
        execFileSync("mkfifo", [join(root, "pipe")]);

        expect(await diskFiles.inspect(root, "folder")).toMatchObject({ kind: "directory", sha256: "" });
        expect(await diskFiles.inspect(root, "pipe")).toMatchObject({ kind: "other", sha256: "" });
        expect(await diskFiles.list(root)).toEqual([]);
    });

    it("a regular file of bounded size reads nothing else", async () => {
        const { root, outside } = await open();
        await writeFile(join(root, "file"), "four");
        await symlink("file", join(root, "link"));
        await symlink(join(outside, "secret"), join(root, "leak"));
        await mkdir(join(root, "folder"));
        execFileSync("mkfifo", [join(root, "pipe")]);

        expect(await diskFiles.readRegular(root, "file", 4)).toBe("four");
        expect(await diskFiles.readRegular(root, "file", 3)).toBeUndefined();
        for (const path of ["link", "leak", "folder", "pipe", "missing"]) {
            expect(await diskFiles.readRegular(root, path, 100)).toBeUndefined();
        }
    });

    it("a regular file never follows a folder that becomes a symlink in the meantime", async () => {
        const { root, outside } = await open();
        await mkdir(join(root, "folder"));
        await writeFile(join(root, "folder", "secret"), "mine");
        const places = [join(outside, "secret"), join(root, "folder", "secret")];

        expect(await readRegular(async () => places.shift() ?? "", 100)).toBeUndefined();
    });

    it("a list gives every file sorted, and nothing of git", async () => {
        const { root } = await open();
        for (const path of ["b/c", "a", "b/.env", ".git/HEAD", "b/.git"]) {
            await diskFiles.write(root, path, "");
        }

        expect(await diskFiles.list(root)).toEqual(["a", "b/.env", "b/c"]);
    });
});

describe("writing", () => {
    it("makes the folders on the way, and leaves nothing else behind", async () => {
        const { root } = await open();

        await diskFiles.write(root, "a/b/file", "one");
        await diskFiles.write(root, "a/b/file", "two", 0o600);

        expect(await readFile(join(root, "a/b/file"), "utf8")).toBe("two");
        expect((await stat(join(root, "a/b/file"))).mode & 0o777).toBe(0o600);
        expect(await readdir(join(root, "a/b"))).toEqual(["file"]);
    });

    it("takes a name that is as long as a name can be", async () => {
        const { root, directory } = await open();
        const name = "x".repeat(255);

        await diskFiles.write(root, name, "text");
        await diskFiles.copy(root, join(directory, "copy"), name);

        expect(await diskFiles.readText(join(directory, "copy"), name)).toBe("text");
    });

    it("that fails leaves neither half a file nor a temporary one", async () => {
        const { root } = await open();
        await diskFiles.write(root, "folder/file", "text");

        await expect(diskFiles.write(root, "folder", "text")).rejects.toThrow();
        await expect(diskFiles.write(root, "x".repeat(256), "text")).rejects.toThrow();
        await expect(diskFiles.copy(root, join(root, "to"), "missing")).rejects.toThrow();

        expect(await diskFiles.list(root)).toEqual(["folder/file"]);
    });

    it("a copy keeps only whether it is executable", async () => {
        const { root, directory } = await open();
        await writeFile(join(root, "run"), "");
        await writeFile(join(root, "data"), "");
        await chmod(join(root, "run"), 0o4750);
        await chmod(join(root, "data"), 0o666);
        const to = join(directory, "copy");

        await diskFiles.copy(root, to, "run");
        await diskFiles.copy(root, to, "data");

        expect((await stat(join(to, "run"))).mode & 0o7777).toBe(0o755);
        expect((await stat(join(to, "data"))).mode & 0o7777).toBe(0o644);
    });
});

describe("removing", () => {
    it("takes away the folders that it leaves empty, and no other", async () => {
        const { root } = await open();
        await diskFiles.write(root, "a/b/c/file", "");
        await diskFiles.write(root, "a/kept", "");

        await diskFiles.remove(root, "a/b/c/file");

        expect(await readdir(join(root, "a"))).toEqual(["kept"]);
        await diskFiles.remove(root, "a/kept");
        expect(await readdir(root)).toEqual([]);
    });

    it.each(["missing", "missing/deep/file", "file/below"])("%s is fine: it is gone already", async (path) => {
        const { root } = await open();
        await writeFile(join(root, "file"), "");

        await diskFiles.remove(root, path);

        expect(await readdir(root)).toEqual(["file"]);
    });

    it("takes an empty folder, but never one with something in it", async () => {
        const { root } = await open();
        await mkdir(join(root, "a", "empty"), { recursive: true });
        await diskFiles.write(root, "full/file", "");

        await diskFiles.remove(root, "a/empty");
        await expect(diskFiles.remove(root, "full")).rejects.toThrow();

        expect(await diskFiles.list(root)).toEqual(["full/file"]);
        expect(await readdir(root)).toEqual(["full"]);
    });

    it("of a whole tree is fine when it is gone", async () => {
        const { root } = await open();
        await diskFiles.write(root, "tree/deep/file", "");

        await diskFiles.removeTree(join(root, "tree"));
        await diskFiles.removeTree(join(root, "tree"));

        expect(await readdir(root)).toEqual([]);
    });
});

it("tells how many bytes are free", async () => {
    const { root } = await open();

    expect(await diskFiles.freeBytes(root)).toBeGreaterThan(0);
});
