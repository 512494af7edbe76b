import { describe, expect, it } from "vitest";
import type { NewDeployment } from "../../../../backend/cicd/core/deployment.ts";
import { AppError } from "../../../../common/errors.ts";
import { pruneReleases } from "../../../../backend/cicd/services/prune-releases.ts";
import type { DeploymentStatus } from "../../../../common/schema/deployment.ts";
import { deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

const imageOf = (image: string, built = true) => ({ service: "web", image, imageId: `sha256:${image}`, built });

async function open() {
    const workshop = await openWorkshop();
    const { releases, stackDirectory, engine } = workshop;

    /** A deployment with a release that built an image. */
    async function deployed(status: DeploymentStatus, image: string, fields: Partial<NewDeployment> = {}) {
        const record = await deploymentAt(workshop, status, fields);
        const images = [imageOf(image), imageOf("postgres:17", false)];
        await releases.save(release({ deploymentId: record.id, stackId: record.stackId, images }), stackDirectory);
        engine.addImage(image, `sha256:${image}`);
        return record;
    }
    const prune = (keep: number): Promise<void> => pruneReleases({ ...workshop, engines: [engine] }, "shop", keep);
    const kept = async (): Promise<string[]> => (await releases.list("shop")).toSorted();
    const ids = (...records: readonly { readonly id: string }[]): string[] => records.map(({ id }) => id).toSorted();
    return { ...workshop, deployed, prune, kept, ids };
}

describe("clearing away old releases", () => {
    it("keeps the last good ones, and removes the others with their images", async () => {
        const { deployed, prune, kept, ids, engine } = await open();
        await deployed("successful", "shop:1");
        const second = await deployed("successful", "shop:2");
        await deployed("rolled_back", "shop:3");
        const fourth = await deployed("successful", "shop:4");
        await deployed("failed", "shop:5");

        await prune(2);

        expect(await kept()).toEqual(ids(second, fourth));
        expect([...engine.images.keys()]).toEqual(["shop:2", "shop:4"]);
    });

    it("never removes an image that no build of ours made", async () => {
        const { deployed, prune, engine } = await open();
        await deployed("successful", "shop:1");
        await deployed("successful", "shop:2");

        await prune(1);

        expect(engine.done).toEqual(["remove image shop:1"]);
    });

    it("never removes an image that a kept release uses, too", async () => {
        const { deployed, prune, engine } = await open();
        await deployed("successful", "shop:1");
        await deployed("failed", "shop:1");
        await deployed("successful", "shop:1");

        await prune(1);

        expect(engine.done).toEqual([]);
        expect(engine.images.has("shop:1")).toBe(true);
    });

    it("never removes an image that another stack's release uses", async () => {
        const { deployed, prune, engine } = await open();
        await deployed("successful", "app:1", { stackId: "other" });
        await deployed("successful", "app:1");
        await deployed("successful", "app:2");

        await prune(1);

        expect(engine.done).toEqual([]);
    });

    it("keeps what is live, though a rollback made it so", async () => {
        const { deployed, deployments, prune, kept, ids } = await open();
        const first = await deployed("successful", "shop:1");
        await deployed("successful", "shop:2");
        await deploymentAt({ deployments }, "successful", { previousDeploymentId: first.id });

        await prune(1);

        expect(await kept()).toEqual(ids(first));
    });

    it.each(["pending", "building", "deploying"] as const)(
        "keeps the release of a deployment that is %s",
        async (status) => {
            const { deployed, prune, kept, ids } = await open();
            const live = await deployed("successful", "shop:1");
            const active = await deployed(status, "shop:2");

            await prune(1);

            expect(await kept()).toEqual(ids(live, active));
        },
    );

    it("keeps the release that a waiting rollback wants", async () => {
        const { deployed, deployments, prune, kept, ids } = await open();
        const first = await deployed("successful", "shop:1");
        const live = await deployed("successful", "shop:2");
        await deploymentAt({ deployments }, "pending", { previousDeploymentId: first.id });

        await prune(1);

        expect(await kept()).toEqual(ids(first, live));
    });

    it("counts releases, not rows: rollbacks to one release are one", async () => {
        const { deployed, deployments, prune, kept, ids } = await open();
        const first = await deployed("successful", "shop:1");
        const second = await deployed("successful", "shop:2");
        for (let count = 0; count < 3; count += 1) {
            await deploymentAt({ deployments }, "successful", { previousDeploymentId: first.id });
        }

        await prune(2);

        expect(await kept()).toEqual(ids(first, second));
    });

    it("finds good ones behind hundreds of bad ones", async () => {
        const { deployed, deployments, prune, kept, ids } = await open();
        const good = await deployed("successful", "shop:1");
        for (let count = 0; count < 230; count += 1) {
            await deploymentAt({ deployments }, "pending");
        }
        for (const row of await deployments.listActive("shop")) {
            await deployments.transition(row.id, "pending", "cancelled");
        }

        await prune(5);

        expect(await kept()).toEqual(ids(good));
    });

    it("goes on where a container uses an image, and tries that one again the next time", async () => {
        const { deployed, prune, kept, ids, engine } = await open();
        const first = await deployed("successful", "shop:1");
        await deployed("successful", "shop:2");
        const third = await deployed("successful", "shop:3");
        const live = await deployed("successful", "shop:4");
        const remove = engine.removeImage;
        engine.removeImage = async (name) => {
            if (name === "shop:1" || name === "shop:3") {
                throw new AppError("conflict", "engine: a container uses it");
            }
            await remove(name);
        };

        await prune(1);

        expect(engine.done).toEqual(["remove image shop:2"]);
        expect(await kept()).toEqual(ids(first, third, live));
        engine.removeImage = remove;
        await prune(1);
        expect(await kept()).toEqual(ids(live));
    });

    it("keeps everything where the engine is away", async () => {
        const { deployed, prune, kept, engine } = await open();
        await deployed("successful", "shop:1");
        await deployed("successful", "shop:2");
        engine.isAway = true;

        await expect(prune(1)).rejects.toMatchObject({ code: "unavailable" });

        expect(await kept()).toHaveLength(2);
    });
});
