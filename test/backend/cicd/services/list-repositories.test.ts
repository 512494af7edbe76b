import { beforeEach, describe, expect, it } from "vitest";
import { createEdge, type Edge } from "../../../support/edge.ts";
import { newBuildConfig, newDeployment, newRepository, newWebhookEvent } from "../../../support/records.ts";

const url = "https://git.example/me/homelab.git";

describe("the list of repositories", () => {
    let edge: Edge;
    beforeEach(async () => {
        edge = await createEdge();
    });

    async function connect(stackId: string, fields: Parameters<typeof newRepository>[0] = {}) {
        return edge.stores.repositories.save(
            newRepository({
                stackId,
                url,
                credentials: { token: "do-not-show" },
                webhookSecret: "not-this-either",
                ...fields,
            }),
        );
    }

    it("has one row per address, whatever scheme and user it is written with", async () => {
        await connect("shop");
        await connect("blog", { url: "git@GIT.example:me/homelab" });
        await connect("alone", { url: "https://git.example/me/else.git", provider: "gitlab" });
        const { items, nextCursor } = await edge.services.listRepositories({ limit: 50 });
        expect(items.map(({ url: address, stacks }) => [address, stacks.map(({ stack }) => stack)])).toEqual([
            ["https://git.example/me/else.git", ["alone"]],
            ["git@GIT.example:me/homelab", ["blog", "shop"]],
        ]);
        expect(nextCursor).toBeNull();
    });

    it("tells of each stack what it deploys, and how its newest deployment, delivery and poll went", async () => {
        const { id } = await connect("shop", { paths: ["shared/**"] });
        await edge.stores.buildConfigs.save(newBuildConfig({ stackId: "shop", composePath: "shop/compose.yaml" }));
        await edge.stores.deployments.create(newDeployment({ stackId: "shop" }));
        const latest = await edge.stores.deployments.create(newDeployment({ stackId: "shop" }));
        const event = { repositoryId: id, stackId: "shop" };
        await edge.stores.events.createAll([newWebhookEvent({ ...event, verdict: "queued" })]);
        const [newest] = await edge.stores.events.createAll([newWebhookEvent({ ...event, verdict: "ignored" })]);
        await edge.stores.repositories.markPolled(id, { error: "no answer" });

        const { items } = await edge.services.listRepositories({ limit: 50 });

        const record = await edge.stores.repositories.find(id);
        expect(items[0]?.stacks).toEqual([
            {
                stack: "shop",
                branch: "main",
                composePath: "shop/compose.yaml",
                paths: ["shared/**"],
                webhookUrl: `https://dockge.example/api/webhooks/github/${id}`,
                lastPolledAt: record?.lastPolledAt,
                lastPollError: "no answer",
                latestDeployment: { id: latest.id, status: "pending" },
                lastDeliveryAt: newest?.receivedAt,
                lastDeliveryVerdict: "ignored",
            },
        ]);
        expect(JSON.stringify(items)).not.toMatch(/do-not-show|not-this-either/);
    });

    it("goes on after the cursor, each address once", async () => {
        for (const name of ["a", "b", "c", "d", "e"]) {
            await connect(name, { url: `https://git.example/me/${name === "e" ? "a" : name}.git` });
        }
        const first = await edge.services.listRepositories({ limit: 3 });
        const second = await edge.services.listRepositories({ limit: 3, cursor: first.nextCursor ?? "" });
        const stacks = [...first.items, ...second.items].map((row) => row.stacks.map(({ stack }) => stack));
        expect(stacks).toEqual([["a", "e"], ["b"], ["c"], ["d"]]);
        expect([first.items.length, second.nextCursor]).toEqual([3, null]);
    });
});
