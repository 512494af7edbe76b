import { describe, expect, it } from "vitest";
import type { DeployedImage } from "../../../../common/schema/deployment.ts";
import { recallBuilt } from "../../../../backend/cicd/services/recall-built.ts";
import { beginRun, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

const name = "registry.example/team/shop-web:abc";
const digest = `registry.example/team/shop-web@sha256:${"1".repeat(64)}`;
const ran: DeployedImage = { service: "web", image: name, imageId: "sha256:old", digest, built: true };

async function open(image: DeployedImage = ran) {
    const workshop = await openWorkshop();
    const { engine } = workshop;
    const run = await beginRun(workshop, await deploymentAt(workshop, "deploying"));
    const recall = (pull: "missing" | "never" = "missing") =>
        recallBuilt(
            engine,
            run,
            { service: "web", name, pull, signal: run.signal },
            release({ deploymentId: "d1", images: [image] }),
        );
    return { engine, recall };
}

describe("an image that was built and published", () => {
    it("is taken as it lies here", async () => {
        const { engine, recall } = await open();
        engine.addImage(name, "sha256:old");

        expect(await recall()).toEqual({ imageId: "sha256:old", digest });
        expect(engine.done).toEqual([]);
    });

    it("gets its name back where only that is gone", async () => {
        const { engine, recall } = await open();
        engine.addImage("untagged", "sha256:old");

        expect(await recall()).toEqual({ imageId: "sha256:old", digest });
        expect(engine.done).toEqual([`tag sha256:old ${name}`]);
    });

    it("is pulled by its digest where it is gone, and gets its name back", async () => {
        const { engine, recall } = await open();
        engine.pull = (pulled) => engine.addImage(pulled, "sha256:old");

        expect(await recall()).toEqual({ imageId: "sha256:old", digest });
        expect(engine.done).toEqual([`pull ${digest}`, `tag sha256:old ${name}`]);
    });

    it("is not pulled where pulling is switched off, or it was never published", async () => {
        const off = await open();
        const unpublished = await open({ ...ran, digest: undefined });

        expect(await off.recall("never")).toBeUndefined();
        expect(await unpublished.recall()).toBeUndefined();
        expect([...off.engine.done, ...unpublished.engine.done]).toEqual([]);
    });

    it("fails with the registry's words where it is gone there too", async () => {
        const { recall } = await open();

        await expect(recall()).rejects.toMatchObject({ errorCode: "pull_failed" });
    });
});
