import { describe, expect, it } from "vitest";
import { checkBuild } from "../../../../backend/cicd/services/check-build.ts";
import { beginRun, connect, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";
import { containing, matching } from "../../../support/containing.ts";

const platforms = ["linux/amd64", "linux/arm64"];

async function open(freeBytes: number | undefined, config: object = {}) {
    const workshop = await openWorkshop();
    const { config: saved } = await connect(workshop, config);
    const run = await beginRun(workshop, await deploymentAt(workshop, "building"));
    workshop.engine.facts = { ...workshop.engine.facts, dataRoot: "/engine" };
    const files = {
        async freeBytes() {
            if (freeBytes === undefined) {
                throw new Error("ENOENT");
            }
            return freeBytes;
        },
    };
    const images = [
        { service: "web", image: "shop-web:1", imageId: "sha256:1", built: true },
        { service: "worker", image: "shop-worker:1", imageId: "sha256:1", built: true },
        { service: "db", image: "db:1", imageId: "sha256:2", built: false },
    ];
    workshop.engine.images.set("shop-web:1", { id: "sha256:1", tags: [], digests: [], sizeBytes: 1_000_000_000 });
    const previous = release({ deploymentId: "d1", images });
    const input = { config: saved, directory: workshop.directory, signal: run.signal };
    return {
        ...workshop,
        check: (before = true) =>
            checkBuild({ ...workshop, files }, run, { ...input, previous: before ? previous : undefined }),
    };
}

describe("before a build begins", () => {
    it("there must be room for one and a half times the images that it builds", async () => {
        const { check } = await open(1_400_000_000);

        const message = matching(/1400 MB free.*need about 1500 MB/);
        await expect(check()).rejects.toMatchObject({ errorCode: "disk_full", message });
    });

    it("there must be 500 MB at least", async () => {
        const { check } = await open(400_000_000);

        await expect(check(false)).rejects.toMatchObject({ message: containing("need about 500 MB") });
    });

    it.each([1_600_000_000, undefined])(
        "it goes on with room, and where the disk is out of sight (%s)",
        async (free) => {
            const { check } = await open(free);

            await expect(check()).resolves.toBeUndefined();
        },
    );

    it("it does not look at this machine's disk for an engine on another one", async () => {
        const { check, engine } = await open(0);
        engine.facts = { ...engine.facts, dataRoot: undefined };

        await expect(check()).resolves.toBeUndefined();
    });

    it.each([
        [{ platforms }, "Driver: docker\n", false, "not_supported"],
        [{ platforms }, "Name: own\nDriver:        docker-container\n", false, undefined],
        [{ platforms }, "Driver: docker\n", true, undefined],
        [{ buildCache: "registry" as const }, "Driver: docker\n", false, "not_supported"],
        [{ platforms: ["linux/arm64"], buildCache: "inline" as const }, "Driver: docker\n", false, undefined],
    ])(
        "%j must be possible for the builder: %j, containerd store: %s",
        async (config, stdout, keepsPlatforms, code) => {
            const { check, engine, target } = await open(undefined, config);
            engine.facts = { ...engine.facts, keepsPlatforms };
            target.answer = () => ({ stdout });

            const checked = await check().catch((error: unknown) => error);

            expect(checked).toEqual(code === undefined ? undefined : expect.objectContaining({ errorCode: code }));
        },
    );
});
