import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeTree } from "../../../../backend/platform/disk/remove-tree.ts";

let root: string;

beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "cicd-remove-"));
    await mkdir(join(root, "kept"));
    await writeFile(join(root, "kept/file"), "kept");
});

afterEach(async () => {
    await rm(root, { recursive: true });
});

describe("removing a folder", () => {
    it("takes everything along, and follows no link", async () => {
        for (const folder of ["a/b/c", "a/-rf", "a/empty"]) {
            await mkdir(join(root, "tree", folder), { recursive: true });
        }
        await Promise.all(Array.from({ length: 50 }, (_, at) => writeFile(join(root, "tree/a", `f${at}`), "")));
        await writeFile(join(root, "tree/a/b/c/a\nb"), "");
        await symlink("../kept", join(root, "tree/link"));
        await symlink("nowhere", join(root, "tree/a/broken"));

        await removeTree(join(root, "tree"));

        expect(await readdir(root)).toEqual(["kept"]);
        expect(await readFile(join(root, "kept/file"), "utf8")).toBe("kept");
    });

    it("removes a link in the folder's place alone", async () => {
        await symlink("kept", join(root, "link"));

        await removeTree(join(root, "link"));

        expect(await readdir(root)).toEqual(["kept"]);
        expect(await readFile(join(root, "kept/file"), "utf8")).toBe("kept");
    });

    it("is fine with what is gone", async () => {
        await expect(removeTree(join(root, "none"))).resolves.toBeUndefined();
    });
});
