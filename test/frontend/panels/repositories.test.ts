import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import type { ConnectedRepository } from "../../../common/schema/connected-repository.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import RepositoriesPanel from "../../../frontend/src/panels/repository/RepositoriesPanel.vue";
import { mountConnected } from "../support/mount-connected.ts";
import { deployment, minutesAgo } from "../support/page-fixtures.ts";

const homelab: ConnectedRepository = {
    url: "https://github.com/example/homelab.git",
    provider: "github",
    stacks: [
        {
            stack: "blog",
            branch: "main",
            composePath: "blog/compose.yaml",
            paths: [],
            webhookUrl: "https://deploy.example.org/api/webhooks/github/abc",
            latestDeployment: { id: "d1", status: "successful" },
            lastDeliveryAt: minutesAgo(5),
            lastDeliveryVerdict: "rejected",
            lastPolledAt: minutesAgo(1),
            lastPollError: "url: no answer",
        },
        { stack: "shop", branch: "dev", composePath: null, paths: [], webhookUrl: "" },
    ],
};

beforeAll(registerIcons);

function mount(repositories: readonly ConnectedRepository[]) {
    return mountConnected(RepositoriesPanel, { answers: { getRepositories: { repositories, nextCursor: null } } });
}

describe("the list of repositories", () => {
    it("shows each address with its stacks, how they are, and what came last", async () => {
        const { wrapper } = await mount([homelab]);

        expect(wrapper.findAll("article")).toHaveLength(1);
        const [blog, shop] = wrapper.findAll(".repository-stack").map((row) => row.text());
        expect(blog).toMatch(/blog.*successful.*Branch main.*blog\/compose.yaml.*Delivery.*rejected.*url: no answer/s);
        expect(shop).toMatch(/shop.*not deployed yet.*Branch dev.*compose file at the root.*No delivery yet/s);
        const links = wrapper.findAll("a").map((link) => link.attributes("href"));
        expect(links).toEqual([
            "/discover?from=blog",
            "/stack/blog",
            expect.stringContaining("/deployment"),
            "/stack/shop",
        ]);
    });

    it("asks for every page", async () => {
        const { transport } = await mountConnected(RepositoriesPanel);
        const first = transport.sentAs("getRepositories")[0];
        first?.answer({ ok: true, repositories: [homelab], nextCursor: "blog" });
        await flushPromises();
        expect(transport.sentAs("getRepositories").map(({ args }) => args)).toEqual([
            [200, undefined],
            [200, "blog"],
        ]);
    });

    it("is loaded again when a deployment of a stack moves on", async () => {
        const { transport } = await mount([homelab]);
        const known = deployment("d1", { stackId: "blog" });
        transport.push("deploymentStatusUpdate", { deployment: known });
        transport.push("deploymentStatusUpdate", { deployment: { ...known, stackId: "elsewhere", id: "d9" } });
        expect(transport.sentAs("getRepositories")).toHaveLength(1);
        transport.push("deploymentStatusUpdate", { deployment: { ...known, id: "d2", status: "pending" } });
        expect(transport.sentAs("getRepositories")).toHaveLength(2);
    });

    it("says what to do where there is none", async () => {
        const { wrapper } = await mount([]);
        expect(wrapper.text()).toContain("No repository is connected yet");
    });
});
