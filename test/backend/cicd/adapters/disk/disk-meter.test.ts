import { link, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskMeter } from "../../../../../backend/cicd/adapters/disk/disk-meter.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

const { signal } = new AbortController();

describe("what a directory takes", () => {
    it("is what its files take on the disk, those in folders too, hard links once, links not followed", async () => {
        const root = await temporaryDirectory();
        const empty = await diskMeter.bytesOf(root, signal);
        await mkdir(join(root, "a", "b"), { recursive: true });
        await writeFile(join(root, "a", "b", "large"), "x".repeat(1_000_000));
        await link(join(root, "a", "b", "large"), join(root, "again"));
        await symlink("/", join(root, "everything"));

        const bytes = await diskMeter.bytesOf(root, signal);

        expect(empty).toBe(0);
        expect(bytes).toBeGreaterThanOrEqual(1_000_000);
        expect(bytes).toBeLessThan(1_100_000);
    });

    it("is nothing where there is none", async () => {
        expect(await diskMeter.bytesOf("/no/such/directory", signal)).toBe(0);
        expect(await diskMeter.entries("/no/such/directory")).toEqual([]);
        expect(await diskMeter.fileBytes("/no/such/file")).toBe(0);
    });

    it("is not waited for when its signal aborts", async () => {
        const root = await temporaryDirectory();
        await expect(diskMeter.bytesOf(root, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
    });

    it("is told of directories of many folders at once", async () => {
        const root = await temporaryDirectory();
        for (let index = 0; index < 200; index += 1) {
            await mkdir(join(root, `f${index}`));
        }
        const adding = diskMeter.bytesOf(root, signal);
        await rm(join(root, "f1"), { recursive: true });
        expect(await adding).toBeGreaterThanOrEqual(0);
    });
});

it("tells files and directories by name, with a file's size", async () => {
    const root = await temporaryDirectory();
    await mkdir(join(root, "folder"));
    await writeFile(join(root, "file"), "four");
    await symlink("file", join(root, "link"));

    const entries = await diskMeter.entries(root);

    expect(entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toMatchObject([
        { name: "file", bytes: 4, isDirectory: false },
        { name: "folder", bytes: 0, isDirectory: true },
    ]);
    expect(await diskMeter.fileBytes(join(root, "file"))).toBe(4);
});

it("tells the space of a file system, and of what is not there that it cannot", async () => {
    const { freeBytes, totalBytes } = await diskMeter.space("/");
    expect(freeBytes).toBeGreaterThan(0);
    expect(totalBytes).toBeGreaterThanOrEqual(freeBytes);
    await expect(diskMeter.space("/no/such/directory")).rejects.toMatchObject({ code: "unavailable" });
});
