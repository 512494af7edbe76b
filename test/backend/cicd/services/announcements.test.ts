import { describe, expect, it } from "vitest";
import type { DeploymentStatus } from "../../../../common/schema/deployment.ts";
import { createAnnounce } from "../../../../backend/cicd/services/announcements.ts";
import { newPipeline } from "../../../support/pipelines.ts";
import { until } from "../../../support/until.ts";
import { deploymentAt, openWorkshop } from "../../../support/workshop.ts";

async function open({ watched = true } = {}) {
    const workshop = await openWorkshop();
    const pushes: { readonly event: string; readonly payload: Readonly<Record<string, unknown>> }[] = [];
    const ended: [DeploymentStatus, number | undefined][] = [];
    let refreshes = 0;
    const announce = createAnnounce({
        ...workshop,
        host: {
            push: (event, payload) => void pushes.push({ event, payload }),
            isWatched: () => watched,
            refreshStacks: () => void (refreshes += 1),
        },
        metrics: {
            deploymentEnded: (status, seconds) => void ended.push([status, seconds]),
            webhookAnswered: () => undefined,
            repositoryPolled: () => undefined,
            render: async () => ({ contentType: "", text: "" }),
        },
    });
    return { ...workshop, announce, pushes, ended, refreshes: () => refreshes };
}

describe("a change of a deployment", () => {
    it("is told to browsers in the order of the changes, without logs and leases", async () => {
        const { announce, pushes, refreshes, ...workshop } = await open();
        const record = { ...(await deploymentAt(workshop, "building")), buildLogs: "long", leaseOwner: "server" };

        announce(record);
        announce({ ...record, phase: "building" });
        await until(() => pushes.length === 2);

        expect(pushes[0]).toMatchObject({
            event: "deploymentStatusUpdate",
            payload: { deployment: { id: record.id } },
        });
        expect(pushes.map(({ payload }) => payload["deployment"])).toMatchObject([
            { phase: record.phase },
            { phase: "building" },
        ]);
        expect(JSON.stringify(pushes)).not.toMatch(/leaseOwner|buildLogs/);
        await until(() => refreshes() === 2);
    });

    it("is told with the jobs of its pipeline", async () => {
        const { announce, pushes, ...workshop } = await open();
        const { id: deploymentId } = await deploymentAt(workshop, "building");
        const { id } = await workshop.pipelines.create(newPipeline({ stackId: "shop", deploymentId }));
        const job = { name: "unit", stage: "test", image: "x", allowFailure: false, status: "running" } as const;
        await workshop.pipelines.begin(id, { stages: [], jobs: [], leftOut: [] }, [job], "2026-01-31T12:00:00.000Z");
        const record = await workshop.deployments.find(deploymentId);

        announce(record ?? (await deploymentAt(workshop, "failed")));
        await until(() => pushes.length === 1);

        expect(pushes[0]?.payload["deployment"]).toMatchObject({
            pipelineId: id,
            jobs: [{ name: "unit", stage: "test", status: "running" }],
        });
    });

    it("is not made ready for browsers that are not there", async () => {
        const { announce, pushes, refreshes, ...workshop } = await open({ watched: false });

        announce(await deploymentAt(workshop, "building"));
        await until(() => refreshes() === 1);

        expect(pushes).toEqual([]);
    });

    it("leaves the list of stacks alone where one that waits replaces another", async () => {
        const { announce, pushes, refreshes, ...workshop } = await open();
        const building = await deploymentAt(workshop, "building");
        const waiting = { ...building, id: "first", status: "pending" } as const;
        const replaced = { ...waiting, status: "cancelled", supersededBy: "second" } as const;

        [waiting, { ...waiting, id: "second" }, replaced].forEach(announce);
        await until(() => pushes.length === 3);
        expect(refreshes()).toBe(1);
        announce({ ...waiting, id: "second", status: "building" });

        await until(() => refreshes() === 2);
    });

    it("counts in the figures once it has ended, with its seconds", async () => {
        const { announce, ended, ...workshop } = await open();
        const record = await deploymentAt(workshop, "building");
        announce(record);
        workshop.clock.advance(90_000);
        const failed = await workshop.deployments.transition(record.id, "building", "failed");
        announce(failed ?? record);

        expect(ended).toEqual([["failed", 90]]);
    });

    it("that cannot be told does not keep the next from being told", async () => {
        const { announce, pushes, errors, database, ...workshop } = await open();
        const record = await deploymentAt(workshop, "building");
        await database.knex.schema.renameTable("deployments", "away");
        announce(record);
        await until(() => errors.length === 1);
        await database.knex.schema.renameTable("away", "deployments");

        announce(record);

        await until(() => pushes.length === 1);
    });
});
