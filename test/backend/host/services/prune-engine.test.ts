import { expect, it } from "vitest";
import { noExtension } from "../../../../backend/host/core/stack-extension.ts";
import { createPruneEngine } from "../../../../backend/host/services/prune-engine.ts";
import { AppError } from "../../../../common/errors.ts";
import { PruneRequest } from "../../../../common/schema/prune.ts";
import { fakeWaste } from "../../../support/fake-waste.ts";

const project = { "com.docker.compose.project": "shop" };
const now = (): Date => new Date("2026-01-01T00:00:00Z");

function prune(waste: ReturnType<typeof fakeWaste>, request: object, kept?: { names?: string[]; ids?: string[] }) {
    const keptImages = async () => ({ names: new Set(kept?.names), ids: new Set(kept?.ids) });
    const extension = () => ({ ...noExtension, keptImages });
    return createPruneEngine({ waste, now, extension })(PruneRequest.parse(request));
}

const images = [
    { id: "used", tags: ["used:1"] },
    { id: "stopped", tags: ["stopped:1"] },
    { id: "kept-by-name", tags: ["kept:1"] },
    { id: "kept-by-id" },
    { id: "kept-by-digest", digests: ["pinned@sha256:1"] },
    { id: "nameless" },
    { id: "moved-on", digests: ["nginx@sha256:2"] },
    { id: "left", tags: ["left:1", "left:2"] },
];
const containers = [
    { imageId: "used", state: "running" },
    { imageId: "stopped", state: "exited", labels: project },
];
const kept = { names: ["kept:1", "pinned@sha256:1"], ids: ["kept-by-id"] };

it.each([
    ["dangling", ["nameless", "nginx@sha256:2"], 2],
    ["unused", ["nameless", "nginx@sha256:2", "left:1", "left:2"], 3],
    ["none", [], 0],
] as const)("removes %s images, but none that a container or a kept release needs", async (which, gone, count) => {
    const waste = fakeWaste({ images, containers });
    const report = await prune(waste, { images: which }, kept);
    expect(waste.removed).toEqual(gone);
    expect(report).toEqual({ reclaimedBytes: count * 10, images: count, containers: 0, networks: 0, volumes: 0 });
});

it("does not count an image that the engine wants kept", async () => {
    const waste = fakeWaste({ images: [{ id: "busy", tags: ["busy:1"] }], refused: ["busy:1"] });
    expect(await prune(waste, { images: "unused" })).toMatchObject({ images: 0, reclaimedBytes: 0 });
});

it("removes nothing at all while it cannot be told which images must stay", async () => {
    const waste = fakeWaste({ images, containers: [{ id: "old" }] });
    const keptImages = async (): Promise<never> => {
        throw new AppError("conflict", "shop is being deployed");
    };
    const pruneEngine = createPruneEngine({ waste, now, extension: () => ({ ...noExtension, keptImages }) });
    const request = PruneRequest.parse({ images: "unused", containers: true });
    await expect(pruneEngine(request)).rejects.toThrow("is being deployed");
    expect(waste.removed).toEqual([]);
});

it("removes stopped containers that belong to no project and to no job of ours", async () => {
    const waste = fakeWaste({
        containers: [
            { id: "old" },
            { id: "running", state: "running" },
            { id: "paused", state: "paused" },
            { id: "stack's", labels: project },
            { id: "job's", labels: { "cicd.job": "test" } },
        ],
    });
    expect(await prune(waste, { containers: true })).toMatchObject({ containers: 1 });
    expect(waste.removed).toEqual(["old"]);
});

it("removes networks that nobody will need again", async () => {
    const waste = fakeWaste({
        containers: [{ state: "exited", networks: ["proxy"], labels: project }],
        networks: [
            { name: "proxy" },
            { name: "left" },
            { name: "shop_default", labels: project },
            { name: "gone_default", labels: { "com.docker.compose.project": "gone" } },
            { name: "new", createdAt: now() },
            { name: "job", labels: { "cicd.pipeline": "1" } },
        ],
    });
    expect(await prune(waste, { networks: true })).toMatchObject({ networks: 2 });
    expect(waste.removed).toEqual(["left", "gone_default"]);
});

it("adds up what volumes and build cache free", async () => {
    const report = await prune(fakeWaste({}), { volumes: true, buildCache: true });
    expect(report).toEqual({ reclaimedBytes: 1100, images: 0, containers: 0, networks: 0, volumes: 2 });
});

it("refuses a second run while one is under way", async () => {
    const pruneEngine = createPruneEngine({ waste: fakeWaste({}), now, extension: () => noExtension });
    const first = pruneEngine(PruneRequest.parse({}));
    await expect(pruneEngine(PruneRequest.parse({}))).rejects.toMatchObject({ code: "conflict" });
    await first;
    expect(await pruneEngine(PruneRequest.parse({}))).toMatchObject({ images: 0 });
});
