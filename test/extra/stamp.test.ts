import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hasAllPackages } from "../../extra/scripts/install.mjs";
import { nodeVersionProblem } from "../../extra/scripts/require-node.mjs";
import { hashFiles, readStamps, writeStamp } from "../../extra/scripts/stamp.mjs";

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cicd-stamp-"));
    mkdirSync(join(folder, "src", "deep"), { recursive: true });
    writeFileSync(join(folder, "src", "a.ts"), "a");
    writeFileSync(join(folder, "src", "deep", "b.ts"), "b");
});
afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
});

describe("the hash of inputs", () => {
    const hash = (): string => hashFiles(folder, ["src", "package.json"]);

    it("stays while nothing changes, whenever files were written", () => {
        const before = hash();
        writeFileSync(join(folder, "src", "a.ts"), "a");
        expect(hash()).toBe(before);
    });

    it.each<[string, () => void]>([
        ["a file's content", () => writeFileSync(join(folder, "src", "deep", "b.ts"), "c")],
        ["a file's name", () => renameSync(join(folder, "src", "a.ts"), join(folder, "src", "c.ts"))],
        ["a new file", () => writeFileSync(join(folder, "src", "c.ts"), "")],
        ["a missing file that comes", () => writeFileSync(join(folder, "package.json"), "")],
        ["a file that goes", () => rmSync(join(folder, "src", "a.ts"))],
    ])("changes with %s", (_, change) => {
        const before = hash();
        change();
        expect(hash()).not.toBe(before);
    });
});

describe("a stamp file", () => {
    it("keeps what it says of other parts", () => {
        const file = join(folder, "dist", ".built.json");
        writeStamp(file, "server", "1");
        writeStamp(file, "page", "2");
        expect(readStamps(file)).toEqual({ server: "1", page: "2" });
    });

    it("that is missing or broken says nothing", () => {
        writeFileSync(join(folder, "broken"), "{");
        expect(readStamps(join(folder, "broken"))).toEqual({});
        expect(readStamps(join(folder, "missing"))).toEqual({});
    });
});

describe("what the user has installed already", () => {
    const wanted = { "": {}, a: { version: "1.0.0" }, b: { version: "1.0.0", optional: true } };

    it.each([
        ["is taken over when it is all there", { a: { version: "1.0.0" }, b: { version: "1.0.0" } }, true],
        ["is taken over without the optional ones", { a: { version: "1.0.0" } }, true],
        ["is not taken over in another version", { a: { version: "1.0.1" } }, false],
        ["is not taken over when one is missing", { b: { version: "1.0.0" } }, false],
    ])("%s", (_, installed, expected) => {
        writeFileSync(join(folder, "lock.json"), JSON.stringify({ packages: wanted }));
        writeFileSync(join(folder, "installed.json"), JSON.stringify({ packages: installed }));
        expect(hasAllPackages(join(folder, "lock.json"), join(folder, "installed.json"))).toBe(expected);
    });

    it("is not taken over when npm has left no record of it", () => {
        writeFileSync(join(folder, "lock.json"), JSON.stringify({ packages: wanted }));
        expect(hasAllPackages(join(folder, "lock.json"), join(folder, "installed.json"))).toBe(false);
    });
});

describe("the version of Node", () => {
    it.each(["20.19.0", "20.20.2", "21.0.0", "24.0.0"])("%s is new enough", (version) => {
        expect(nodeVersionProblem(version, ">=20.19")).toBeUndefined();
    });

    it.each(["20.18.9", "18.20.4", "9.0.0"])("%s is too old", (version) => {
        expect(nodeVersionProblem(version, ">=20.19")).toContain(`Node >=20.19 is needed, this is Node ${version}.`);
    });
});
