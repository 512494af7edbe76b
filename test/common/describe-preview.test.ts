import { describe, expect, it } from "vitest";
import { changesAnything, describePreview } from "../../common/describe-preview.ts";
import type { Preview } from "../../common/schema/preview.ts";

const empty: Preview = {
    commitSha: "a".repeat(40),
    services: [],
    filesWritten: [],
    filesRemoved: [],
    filesReplaced: [],
    warnings: [],
};

describe("a preview in words", () => {
    it("tells services with what differs, files and warnings", () => {
        const preview: Preview = {
            ...empty,
            services: [
                {
                    service: "web",
                    action: "recreate",
                    reasons: ["image changed", "configuration changed"],
                    image: "web:2",
                    previousImage: "web:1",
                    variables: { added: ["NEW"], removed: ["GONE"], changed: ["LEVEL"] },
                    ports: { added: ["8080:80/tcp"], removed: [] },
                    mounts: { added: [], removed: ["./data:/data"] },
                },
                { service: "db", action: "none", reasons: [], machine: "nas" },
            ],
            filesWritten: Array.from({ length: 12 }, (_, index) => `f${index}`),
            filesReplaced: ["edited"],
            warnings: ["web is privileged", "web mounts /etc"],
            newWarnings: ["web mounts /etc"],
            machines: [
                { id: "local", name: "this machine" },
                { id: "t1", name: "nas" },
            ],
        };

        expect(describePreview(preview)).toEqual([
            "goes to this machine, then nas",
            "web: recreate (image changed, configuration changed)",
            "  image: web:1 → web:2",
            "  variables: +NEW, -GONE, ~LEVEL",
            "  ports: +8080:80/tcp",
            "  mounts: -./data:/data",
            "db on nas: unchanged",
            "files written: f0, f1, f2, f3, f4, f5, f6, f7, f8, f9 and 2 more",
            "files of yours replaced (a copy is kept): edited",
            "warning: web is privileged",
            "warning, new: web mounts /etc",
        ]);
    });

    it("does not name this machine where it is the only one", () => {
        expect(describePreview({ ...empty, machines: [{ id: "local", name: "this machine" }] })).toEqual([]);
    });
});

describe("whether a preview changes anything", () => {
    it.each<[string, Partial<Preview>, boolean]>([
        ["nothing at all", {}, false],
        ["a service that stays", { services: [{ service: "a", action: "none", reasons: [] }] }, false],
        ["a service that starts", { services: [{ service: "a", action: "start", reasons: [] }] }, true],
        ["a file", { filesWritten: ["a"] }, true],
        ["a file that goes", { filesRemoved: ["a"] }, true],
        ["a warning alone", { warnings: ["x"] }, false],
    ])("%s", (_what, fields, expected) => {
        expect(changesAnything({ ...empty, ...fields })).toBe(expected);
    });
});
