import { describe, expect, it } from "vitest";
import type { DeployedImage, RefreshImage } from "../../../../common/schema/deployment.ts";
import { readServiceModel } from "../../../../backend/cicd/compose/service-model.ts";
import { ensureImages, type EnsureImagesInput } from "../../../../backend/cicd/services/ensure-images.ts";
import { containing } from "../../../support/containing.ts";
import { beginRun, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

const old = "sha256:old";
const fresh = "sha256:new";
const digest = `sha256:${"1".repeat(64)}`;
const name = "registry.example/app:1";
const ran: DeployedImage = { service: "web", image: name, imageId: old, built: false };

async function open(services: Readonly<Record<string, object>> = { web: { image: name } }) {
    const workshop = await openWorkshop();
    const { engine } = workshop;
    const model = readServiceModel(JSON.stringify({ name: "shop", services }));
    async function ensure(
        images: readonly DeployedImage[] = [],
        given: Partial<Omit<EnsureImagesInput, "release">> & { refreshImages?: readonly RefreshImage[] } = {},
    ) {
        const { refreshImages, ...rest } = given;
        const record = await deploymentAt(workshop, "deploying", refreshImages === undefined ? {} : { refreshImages });
        const run = await beginRun(workshop, record);
        const of = release({ deploymentId: run.id, images });
        return ensureImages(engine, run, model, { release: of, pull: "missing", signal: run.signal, ...rest });
    }
    return { ...workshop, ensure };
}

describe("the images of a release that went live before", () => {
    it("are what it ran, although the name means another one by now", async () => {
        const { ensure, engine } = await open();
        engine.addImage(name, fresh);
        engine.addImage("untagged", old);

        const { images, tags } = await ensure([ran]);

        expect(images).toEqual([ran]);
        expect(tags).toEqual([{ name, imageId: old }]);
        expect(engine.done).toEqual([]);
    });

    it("need nothing where the name still means them", async () => {
        const { ensure, engine } = await open();
        engine.addImage(name, old);

        expect(await ensure([ran], { pull: "always" })).toEqual({ images: [ran], tags: [] });
        expect(engine.done).toEqual([]);
    });

    it("are pulled by their digest where they are gone from this machine", async () => {
        const { ensure, engine } = await open();
        const source = `registry.example/app@${digest}`;
        engine.addImage(name, fresh);
        engine.pull = (pulled) => engine.addImage(pulled, old);

        const { images, tags } = await ensure([{ ...ran, digest: source }]);

        expect(engine.done).toEqual([`pull ${source}`]);
        expect(images).toEqual([{ ...ran, digest: source }]);
        expect(tags).toEqual([{ name, imageId: old }]);
    });

    it.each([
        ["nobody knows where they came from", undefined, "missing", "image_missing"],
        ["nothing may be pulled", `registry.example/app@${digest}`, "never", "image_missing"],
        ["the registry has them no more", `registry.example/app@${digest}`, "missing", "pull_failed"],
    ] as const)("are not replaced by others: it ends where %s", async (_what, from, pull, errorCode) => {
        const { ensure, engine } = await open();
        engine.addImage(name, fresh);
        const recorded = from === undefined ? ran : { ...ran, digest: from };

        await expect(ensure([recorded], { pull })).rejects.toMatchObject({ errorCode, message: containing("web: ") });
    });

    it("are found by their name where that has a digest: it means one image only", async () => {
        const pinned = `registry.example/app@${digest}`;
        const { ensure, engine } = await open({ web: { image: pinned } });
        engine.addImage(pinned, fresh);

        const { images, tags } = await ensure([{ ...ran, image: pinned }]);

        expect(images).toMatchObject([{ imageId: fresh }]);
        expect(tags).toEqual([]);
    });
});

describe("images that were pushed to a registry", () => {
    it("are pulled as they were pushed; the name goes on meaning what runs", async () => {
        const { ensure, engine } = await open();
        engine.addImage(name, old);
        engine.pull = (pulled) => engine.addImage(pulled, fresh);

        const { images, tags } = await ensure([], { refreshImages: [{ image: name, digest }] });

        const source = `registry.example/app@${digest}`;
        expect(engine.done).toEqual([`pull ${source}`]);
        expect(images).toEqual([{ service: "web", image: name, imageId: fresh, digest: source, built: false }]);
        expect(tags).toEqual([{ name, imageId: fresh }]);
        expect(engine.images.get(name)?.id).toBe(old);
    });

    it("are those that the tag means in the registry by now: a delivery that came late brings no old image back", async () => {
        const { ensure, engine } = await open();
        const newest = `sha256:${"2".repeat(64)}`;
        engine.addImage(name, old);
        engine.remoteDigests.set(name, newest);
        engine.pull = (pulled) => engine.addImage(pulled, fresh);

        const { images } = await ensure([], { refreshImages: [{ image: name, digest }] });

        expect(engine.done).toEqual([`pull registry.example/app@${newest}`]);
        expect(images).toMatchObject([{ imageId: fresh, digest: `registry.example/app@${newest}` }]);
    });

    it("are pulled by tag where no digest was told; the name is given back until they are put in place", async () => {
        const { ensure, engine } = await open();
        engine.addImage(name, old);
        engine.addImage("kept", old);
        engine.pull = (pulled) =>
            engine.addImage(pulled, fresh, ["other/app@sha256:2", "registry.example/app@sha256:3"]);

        const { images, tags } = await ensure([], { refreshImages: [{ image: name }] });

        expect(engine.done).toEqual([`pull ${name}`, `tag ${old} ${name}`]);
        expect(images).toMatchObject([{ imageId: fresh, digest: "registry.example/app@sha256:3" }]);
        expect(tags).toEqual([{ name, imageId: fresh }]);
    });

    it("that cannot be pulled end it", async () => {
        const { ensure, engine } = await open();
        engine.addImage(name, old);

        const ensuring = ensure([], { refreshImages: [{ image: name, digest }] });

        await expect(ensuring).rejects.toMatchObject({ errorCode: "pull_failed" });
        expect(engine.images.get(name)?.id).toBe(old);
    });

    it("are no business of services with other images, nor of a release that is restored", async () => {
        const { ensure, engine } = await open();
        engine.addImage(name, old);

        await ensure([], { refreshImages: [{ image: "another:1", digest }] });
        await ensure([ran], { refreshImages: [{ image: name, digest }] });

        expect(engine.done).toEqual([]);
    });
});

it("one name is pulled once for all services that use it", async () => {
    const { ensure, engine } = await open({ web: { image: name }, worker: { image: name } });
    engine.addImage(name, old);
    engine.pull = (pulled) => engine.addImage(pulled, fresh);

    const { images, tags } = await ensure([], { pull: "always" });

    expect(engine.done.filter((line) => line.startsWith("pull"))).toEqual([`pull ${name}`]);
    expect(images.map(({ imageId }) => imageId)).toEqual([fresh, fresh]);
    expect(tags).toHaveLength(1);
});
