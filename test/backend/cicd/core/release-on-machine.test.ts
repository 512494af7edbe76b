import { describe, expect, it } from "vitest";
import type { Release, ReleaseStore } from "../../../../backend/cicd/core/release.ts";
import { noteOn, releaseOn, releasesOn } from "../../../../backend/cicd/core/release-on-machine.ts";
import { release } from "../../../support/workshop.ts";

const image = (imageId: string) => ({ service: "web", image: "shop-web:1", imageId, built: true });
const applied = { configHashes: { web: "h" }, environmentHash: "e" };
const stored = release({
    deploymentId: "d1",
    images: [image("sha256:here")],
    serviceHashes: { web: "here" },
    applied,
    machines: { t1: { images: [image("sha256:there")], serviceHashes: { web: "there" }, sentEnvironmentHash: "s" } },
});

describe("a release on one machine", () => {
    it("is this machine's as it is stored", () => {
        expect(releaseOn(stored, "local")).toBe(stored);
    });

    it("has the images and hashes from there, and nothing of this machine's", () => {
        expect(releaseOn(stored, "t1")).toMatchObject({
            images: [{ imageId: "sha256:there" }],
            serviceHashes: { web: "there" },
            applied: undefined,
        });
    });

    it("is to bring the images from here to a machine that has never run it", () => {
        expect(releaseOn(stored, "t2")).toMatchObject({ images: [{ imageId: "sha256:here" }], serviceHashes: {} });
    });

    it("keeps what was noted for other machines, and what was sent", () => {
        const noted = noteOn(stored, "t1", { ...releaseOn(stored, "t1"), serviceHashes: { web: "new" }, applied });

        expect(noted).toMatchObject({ serviceHashes: { web: "here" }, images: [{ imageId: "sha256:here" }] });
        expect(noted.machines?.["t1"]).toMatchObject({
            serviceHashes: { web: "new" },
            sentEnvironmentHash: "s",
            applied,
        });
    });

    it("is read and written back through a store of that machine", async () => {
        let kept: Release = stored;
        const store = {
            find: async () => kept,
            update: async (changed: Release) => void (kept = changed),
        } satisfies Partial<ReleaseStore>;
        const there = releasesOn(unfinished(store), "t1");

        const found = await there.find("d1");
        await there.update({ ...stored, ...found, serviceHashes: { web: "newer" } });

        expect(kept.serviceHashes).toEqual({ web: "here" });
        expect((await there.find("d1"))?.serviceHashes).toEqual({ web: "newer" });
    });
});

function unfinished(store: Pick<ReleaseStore, "find" | "update">): ReleaseStore {
    const unused = async (): Promise<never> => Promise.reject(new Error("not to be called"));
    return { save: unused, list: unused, remove: unused, filesDirectory: () => "", overrideFile: () => "", ...store };
}
