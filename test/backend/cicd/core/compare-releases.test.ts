import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareFiles, compareImages, compareVariables } from "../../../../backend/cicd/core/compare-releases.ts";
import { releaseFiles } from "../../../support/release-files.ts";

const variable = (name: string, value: string, secret = false) => ({ name, value, secret });
const image = (service: string, name: string, imageId: string) => ({ service, image: name, imageId, built: true });

describe("the files of two releases", () => {
    it.each([
        ["added", {}, { a: "1" }],
        ["removed", { a: "1" }, {}],
        ["changed", { a: "1" }, { a: "2" }],
        ["changed", { a: "1" }, { a: "-> 2" }],
    ] as const)("%s", (kind, from, to) => {
        const found = compareFiles(releaseFiles(from), releaseFiles(to));

        expect(found.map((file) => [file.path, file.kind])).toEqual([["a", kind]]);
    });

    it("that only became executable are changed", () => {
        const [file] = releaseFiles({ a: "1" });

        expect(file && compareFiles([file], [{ ...file, executable: true }])).toMatchObject([{ kind: "changed" }]);
    });

    it("differ by nothing from themselves, and the other way round by the opposite", () => {
        const trees = fc.dictionary(fc.constantFrom("a", "b", "c/d"), fc.constantFrom("1", "2"));
        const opposite = { added: "removed", removed: "added", changed: "changed" } as const;
        fc.assert(
            fc.property(trees, trees, (one, other) => {
                const [from, to] = [releaseFiles(one), releaseFiles(other)];
                expect(compareFiles(from, from)).toEqual([]);
                const there = compareFiles(from, to).map(({ path, kind }) => [path, opposite[kind]]);
                expect(compareFiles(to, from).map(({ path, kind }) => [path, kind])).toEqual(there);
            }),
        );
    });
});

describe("the images of two releases", () => {
    it("are told where the image or its name is another one, or the service is", () => {
        const from = [image("same", "s:1", "i1"), image("web", "w:1", "i2"), image("gone", "g:1", "i3")];
        const to = [image("same", "s:1", "i1"), image("web", "w:2", "i2"), image("new", "n:1", "i4")];

        expect(compareImages(from, to)).toEqual([
            { service: "gone", from: { image: "g:1", imageId: "i3", digest: undefined }, to: undefined },
            { service: "new", from: undefined, to: { image: "n:1", imageId: "i4", digest: undefined } },
            {
                service: "web",
                from: { image: "w:1", imageId: "i2", digest: undefined },
                to: { image: "w:2", imageId: "i2", digest: undefined },
            },
        ]);
    });
});

describe("the variables of two releases", () => {
    it("are named, never told", () => {
        const from = [variable("A", "1"), variable("B", "1"), variable("C", "1"), variable("OWN", "1")];
        const to = [variable("A", "1"), variable("B", "2"), variable("D", "1"), variable("OWN", "2")];

        expect(compareVariables(from, to, new Set(["OWN"]))).toEqual({ added: ["D"], removed: ["C"], changed: ["B"] });
    });

    it("that became secret are changed", () => {
        const changes = compareVariables([variable("A", "1")], [variable("A", "1", true)], new Set());

        expect(changes).toEqual({ added: [], removed: [], changed: ["A"] });
    });
});
