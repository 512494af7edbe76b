import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pathIndex } from "../../../../backend/cicd/compose/path-index.ts";
import { isInFolder } from "../../../../backend/cicd/compose/repository-path.ts";

describe("the paths of a folder", () => {
    it.each([
        ["a", ["a/b", "a/c/d"]],
        ["a/c", ["a/c/d"]],
        ["a/b", ["a/b"]],
        ["a-", []],
        ["", ["a-b/c", "a/b", "a/c/d", "a0", "aa"]],
    ])("below %j are %j", (folder, paths) => {
        expect(pathIndex(["aa", "a/c/d", "a0", "a/b", "a-b/c", "a/b"])(folder)).toEqual(paths);
    });

    it("are those that looking at each of them finds", () => {
        const path = fc
            .array(fc.constantFrom("a", "b", "a.", "a-", "a0", "A", "\u00E9", "\u{1F600}", "\uFFFF"), {
                minLength: 1,
                maxLength: 4,
            })
            .map((names) => names.join("/"));
        fc.assert(
            fc.property(fc.uniqueArray(path), path, (paths, folder) => {
                expect(pathIndex(paths)(folder)).toEqual(paths.filter((one) => isInFolder(one, folder)).sort());
            }),
        );
    });
});
