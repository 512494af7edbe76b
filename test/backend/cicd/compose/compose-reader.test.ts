import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import { createComposeReader } from "../../../../backend/cicd/compose/compose-reader.ts";

describe("createComposeReader", () => {
    let root = "";
    let outside = "";

    beforeAll(() => {
        root = mkdtempSync(join(tmpdir(), "reader-"));
        outside = mkdtempSync(join(tmpdir(), "outside-"));
        writeFileSync(join(outside, "secret"), "no");
        mkdirSync(join(root, "a/b"), { recursive: true });
        writeFileSync(join(root, "a/f"), "text");
        symlinkSync("a", join(root, "in"));
        symlinkSync("f", join(root, "a/link"));
        symlinkSync(outside, join(root, "out"));
        symlinkSync("/nowhere", join(root, "broken"));
        symlinkSync("loop", join(root, "loop"));
    });

    afterAll(() => {
        rmSync(root, { recursive: true });
        rmSync(outside, { recursive: true });
    });

    it.each([
        ["", { where: "inside", path: "", kind: "directory" }],
        ["a/f", { where: "inside", path: "a/f", kind: "file", sizeBytes: 4 }],
        ["in/link", { where: "inside", path: "a/f", kind: "file", sizeBytes: 4 }],
        ["in/b", { where: "inside", path: "a/b", kind: "directory" }],
        ["a/none", { where: "missing" }],
        ["none/x", { where: "missing" }],
        ["a/f/x", { where: "missing" }],
        ["out", { where: "outside" }],
        ["out/secret", { where: "outside" }],
        ["out/none", { where: "outside" }],
        ["broken", { where: "outside" }],
        ["broken/x", { where: "outside" }],
        ["loop", { where: "outside" }],
    ])("finds where %j really lies", async (path, expected) => {
        expect(await createComposeReader(diskFiles, root).locate(path)).toEqual(expected);
    });

    it("looks at a file once, however often and by however many links it is named", async () => {
        const asked: string[] = [];
        const files = {
            ...diskFiles,
            async inspect(folder: string, path: string) {
                asked.push(path);
                return diskFiles.inspect(folder, path);
            },
        };
        const reader = createComposeReader(files, root);

        await Promise.all(["a/f", "a/f", "in/f", "a/link", "in/link", "a/f"].map((path) => reader.locate(path)));

        expect(asked.toSorted()).toEqual(["a", "a/f", "a/link", "in", "in/f", "in/link"]);
    });

    it("reads only what lies inside", async () => {
        const reader = createComposeReader(diskFiles, root);

        expect(await reader.readFile("in/link")).toBe("text");
        expect(await reader.readFile("out/secret")).toBeUndefined();
        expect(await reader.readFile("a")).toBeUndefined();
    });
});
