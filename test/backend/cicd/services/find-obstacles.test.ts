import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import { folderOf } from "../../../../backend/cicd/compose/find-compose-file.ts";
import type { FileInfo, Files } from "../../../../backend/cicd/core/files.ts";
import { findObstacles } from "../../../../backend/cicd/services/find-obstacles.ts";

type Lying = ReadonlyMap<string, FileInfo["kind"]>;

/** A stack's directory in memory that counts how often it is asked. */
function directoryOf(lying: Lying): Files & { readonly asked: () => number } {
    const names = new Map<string, string[]>();
    for (const path of lying.keys()) {
        const [folder, name] = [folderOf(path), path.slice(path.lastIndexOf("/") + 1)];
        names.set(folder, names.get(folder) ?? []);
        names.get(folder)?.push(name);
    }
    let asked = 0;
    return {
        ...diskFiles,
        inspect(_, path) {
            asked += 1;
            const kind = lying.get(path);
            return Promise.resolve(kind && { kind, sha256: "a", executable: false, sizeBytes: 0 });
        },
        names: (folder) => Promise.resolve(names.get(folder.slice("/stack/".length)) ?? []),
        asked: () => asked,
    };
}

function find(files: Files, paths: readonly string[], removed: readonly string[]) {
    const release = paths.map((path) => ({ path, sha256: "b", executable: false }));
    return findObstacles(files, { stackDirectory: "/stack", files: release }, removed);
}

describe("what is in the way of a release", () => {
    it("is found where a file takes the place of a folder of 200,000 files, and the other way round", async () => {
        const paths = Array.from({ length: 200_000 }, (_, at) => `many/d${at % 1000}/f${at}`);
        const folders = new Set(paths.map(folderOf));
        const lying: Lying = new Map([
            ["many", "directory"],
            ...[...folders].map((folder) => [folder, "directory"] as const),
            ...paths.map((path) => [path, "file"] as const),
        ]);

        const emptied = await find(directoryOf(lying), ["many"], paths);
        const filled = await find(directoryOf(new Map([["many", "file"]])), paths, ["many"]);

        expect([...emptied.first].sort()).toEqual([...paths].sort());
        expect(filled).toEqual({ first: ["many"], replaced: [], lying: new Map() });
    });

    it("is found without asking for a folder once per file, however deep it lies", async () => {
        const deep = `${"folder-".repeat(4)}/`.repeat(99);
        const paths = Array.from({ length: 10_000 }, (_, at) => `${deep}f${at}`);
        const files = directoryOf(new Map());

        await find(files, paths, []);

        expect(files.asked()).toBe(paths.length + 99);
    });

    it("is each of the user's own files in the place of 5,000 folders", async () => {
        const folders = Array.from({ length: 5000 }, (_, at) => `d${at}`);
        const lying = new Map(folders.map((folder) => [folder, "file"] as const));
        const paths = folders.flatMap((folder) => [`${folder}/a/b`, `${folder}/c`]);

        const found = await find(directoryOf(lying), paths, []);

        expect(found.replaced).toEqual([...folders].sort());
        expect(found.lying.size).toBe(0);
    });
});
