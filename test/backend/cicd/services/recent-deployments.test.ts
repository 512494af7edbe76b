import { describe, expect, it } from "vitest";
import { createEdge } from "../../../support/edge.ts";
import { newDeployment, newRepository } from "../../../support/records.ts";

describe("the recent deployments", () => {
    it("are each stack's newest, newest first, without those of stacks that are gone", async () => {
        const { stores, services } = await createEdge();
        await stores.repositories.save(newRepository({ stackId: "shop" }));
        await stores.repositories.save(newRepository({ stackId: "blog" }));
        await stores.deployments.create(newDeployment({ stackId: "shop" }));
        const shop = await stores.deployments.create(newDeployment({ stackId: "shop" }));
        await stores.deployments.create(newDeployment({ stackId: "gone" }));
        const blog = await stores.deployments.create(newDeployment({ stackId: "blog" }));

        const found = await services.recentDeployments(20);
        expect(new Set(found.map(({ id }) => id))).toEqual(new Set([shop.id, blog.id]));
        const times = found.map(({ createdAt }) => createdAt);
        expect(times).toEqual(times.toSorted().toReversed());
        expect(await services.recentDeployments(1)).toHaveLength(1);
    });
});
