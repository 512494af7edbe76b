import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { composeFilesByFolder, stackNameOf, suggestStacks } from "../../../../backend/cicd/services/compose-folders.ts";
import { isStackName } from "../../../../common/schema/stack-name.ts";

const none = new Map<string, string>();

function names(files: readonly string[], connected: ReadonlyMap<string, string> = none): readonly string[] {
    return suggestStacks(files, { repositoryName: "homelab", connected }).map(({ suggestedStack }) => suggestedStack);
}

describe("the compose files of a repository", () => {
    it("are those with one of the four names, one per folder, near the root first", () => {
        const paths = [
            "README.md",
            "apps/shop/docker-compose.yml",
            "apps/shop/compose.yml",
            "apps/shop/compose.prod.yml",
            "blog/compose.override.yaml",
            "blog/docker-compose.yaml",
            "compose.yaml",
            "docs/compose.yaml.bak",
            "media/mycompose.yaml",
        ];
        expect(composeFilesByFolder(paths)).toEqual({
            files: ["compose.yaml", "blog/docker-compose.yaml", "apps/shop/compose.yml"],
            leftOut: 0,
        });
    });

    it("are found among 100,000 paths, 200 of them at most, in little time", () => {
        const paths = Array.from({ length: 100_000 }, (_, index) => `apps/app-${index}/compose.yaml`);
        const start = performance.now();

        const { files, leftOut } = composeFilesByFolder(paths);

        expect([files.length, leftOut]).toEqual([200, 99_800]);
        expect(performance.now() - start).toBeLessThan(5000);
    });

    it("do not include one whose path no file system can hold", () => {
        expect(composeFilesByFolder([`${"x".repeat(1_000_000)}/compose.yaml`])).toEqual({ files: [], leftOut: 1 });
    });

    it("are looked for at most eight folders deep", () => {
        const deep = (levels: number): string => `${"x/".repeat(levels)}compose.yaml`;
        expect(composeFilesByFolder([deep(8), deep(9)])).toEqual({ files: [deep(8)], leftOut: 1 });
    });
});

describe("the name of a stack", () => {
    it("is the folder's, and the repository's at the root", () => {
        expect(names(["compose.yaml", "apps/shop/compose.yaml"])).toEqual(["homelab", "shop"]);
    });

    it("is more of the path where two folders have the same, and numbered where that does not help", () => {
        const files = ["a/web/compose.yaml", "b/web/compose.yaml", "b-web/compose.yaml", "b/Web!/compose.yaml"];
        expect(names(files)).toEqual(["web", "b-web", "b-web-2", "web-2"]);
    });

    it("is the connected stack's own, which no other folder gets", () => {
        const connected = new Map([["b/web/compose.yaml", "shop"]]);
        expect(names(["shop/compose.yaml", "b/web/compose.yaml"], connected)).toEqual(["shop-2", "shop"]);
    });

    it.each([
        ["Nextcloud Suite", "nextcloud-suite"],
        ["Büro & Läden", "buro-laden"],
        ["日本", ""],
        ["..", ""],
        ["-rf", "rf"],
        ["_under", "under"],
        ["x".repeat(80), "x".repeat(64)],
        [`${"x".repeat(63)}-y`, "x".repeat(63)],
        ["\u202egpj.exe", "gpj-exe"],
    ])("is made of %j", (text, name) => {
        expect(stackNameOf(text)).toBe(name);
    });

    it("is found for folders whose names have no usable letter", () => {
        expect(names(["日本/compose.yaml", "中国/compose.yaml"])).toEqual(["stack", "stack-2"]);
    });

    it("stays within 64 characters when it is numbered", () => {
        const long = "x".repeat(70);
        const files = [`${long}/compose.yaml`, `${long}1/compose.yaml`, `${long}2/compose.yaml`];
        expect(names(files).map((name) => name.length)).toEqual([64, 64, 64]);
    });

    it("is valid and given once, whatever the folders are called", () => {
        const folder = fc.oneof(fc.constantFrom("web", "Web", "wéb", "web!", ""), fc.string({ unit: "grapheme" }));
        fc.assert(
            fc.property(fc.array(fc.array(folder, { maxLength: 3 }), { maxLength: 30 }), (folders) => {
                const files = folders.map((parts) => [...parts, "compose.yaml"].join("/"));
                const found = names(files);
                expect(new Set(found).size).toBe(files.length);
                expect(found.filter((name) => !isStackName(name))).toEqual([]);
            }),
        );
    });
});
