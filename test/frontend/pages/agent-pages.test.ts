import { flushPromises } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { mountApp, pushAgents, pushStacks, stackOf } from "../support/mount-app.ts";
import { composeYaml, deployment, repository } from "../support/page-fixtures.ts";

const attic = "attic:5001";
/** Pages are loaded when they are first shown. */
const patient = { timeout: 15_000 };
const stack = {
    ...stackOf("shop", { endpoint: attic }),
    composeYAML: composeYaml,
    composeENV: "",
    primaryHostname: "attic",
};
const hostAnswers = { getStack: { stack }, serviceStatusList: { serviceStatusList: {} } };
const cicdAnswers = {
    getRepositories: { repositories: [], nextCursor: null },
    getGitRepository: { repository },
    getDeploymentHistory: { deployments: [deployment("d1")], nextCursor: null },
    getDeploymentDetails: { deployment: deployment("d1") },
};

async function open(path: string, answers: Readonly<Record<string, object>>) {
    const page = await mountApp(path, { [attic]: answers });
    pushAgents(page.transport, { [attic]: { name: "The attic" } });
    pushStacks(page.transport, "", stackOf("here"));
    pushStacks(page.transport, attic, stackOf("shop"));
    await vi.waitFor(() => expect(page.wrapper.find(".agent-banner").exists()).toBe(true), patient);
    await flushPromises();
    return page;
}

describe("the pages of another server", () => {
    afterEach(() => {
        vi.useRealTimers();
        document.body.innerHTML = "";
    });

    it("show a stack with its CI/CD, asked of that server alone", async () => {
        const { wrapper, transport } = await open(`/agent/${attic}/compose/shop`, { ...hostAnswers, ...cicdAnswers });
        await vi.waitFor(() => expect(wrapper.text()).toContain(repository.url), patient);

        const asked = transport.sent.filter(({ event }) => ["getStack", "getGitRepository"].includes(event));
        expect(asked.map(({ endpoint }) => endpoint)).toEqual(asked.map(() => attic));
        expect(wrapper.text()).toContain("On The attic");
        wrapper.unmount();
    });

    it("link to pages of that server", async () => {
        const { wrapper } = await open(`/agent/${attic}/compose/shop`, { ...hostAnswers, ...cicdAnswers });
        await vi.waitFor(() => expect(wrapper.find("main a[href*='/deployments/d1']").exists()).toBe(true), patient);

        const links = wrapper.findAll("main a[href*='/deployments/']").map((link) => link.attributes("href"));
        expect(new Set(links)).toEqual(new Set([`/agent/${attic}/deployments/d1`]));
        wrapper.unmount();
    });

    it("follow that server's terminals", async () => {
        const { wrapper, transport } = await open(`/agent/${attic}/compose/shop`, { ...hostAnswers, ...cicdAnswers });
        await vi.waitFor(() => expect(transport.sentAs("terminalJoin").length).toBeGreaterThan(0), patient);

        const joined = transport.sentAs("terminalJoin").map(({ args, endpoint }) => [endpoint, args[0]]);
        expect(joined).toContainEqual([attic, `compose-${attic}-shop`]);
        wrapper.unmount();
    });

    it("say once and quietly that a stock server has no CI/CD, after one question", async () => {
        vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
        const { wrapper, transport } = await open(`/agent/${attic}/compose/shop`, hostAnswers);
        await vi.advanceTimersByTimeAsync(5000);
        await flushPromises();

        expect(wrapper.text().split("has no CI/CD")).toHaveLength(2);
        expect(wrapper.find("main [role=alert]").exists()).toBe(false);
        const others = ["getGitRepository", "getDeploymentHistory"].flatMap((event) => transport.sentAs(event));
        expect(others).toEqual([]);
        expect(transport.sentAs("getRepositories")).toHaveLength(1);
        wrapper.unmount();
    });

    it.each([
        ["offer no override file on a stock server, which would not keep it", hostAnswers, false],
        ["offer one on a server like this", { ...hostAnswers, ...cicdAnswers }, true],
    ])("%s", async (_case, answers, isOffered) => {
        vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
        const { wrapper } = await open(`/agent/${attic}/compose/shop`, answers);
        await vi.advanceTimersByTimeAsync(5000);
        await flushPromises();

        await wrapper
            .findAll("main button")
            .find((button) => button.text() === "Edit")
            ?.trigger("click");
        await flushPromises();

        expect(wrapper.text()).toContain("Discard");
        expect(wrapper.text().includes("Add compose.override.yaml")).toBe(isOffered);
        wrapper.unmount();
    });

    it("load again when that server is back", async () => {
        const { wrapper, transport } = await open(`/agent/${attic}/compose/shop`, { ...hostAnswers, ...cicdAnswers });
        const before = transport.sentAs("getStack").length;

        transport.push("agentStatus", { endpoint: attic, status: "offline", msg: "It does not answer." });
        await flushPromises();
        expect(wrapper.find(".agent-banner").text()).toContain("It does not answer.");
        transport.push("agentStatus", { endpoint: attic, status: "online" });
        await flushPromises();

        expect(transport.sentAs("getStack").length).toBe(before + 1);
        wrapper.unmount();
    });

    it("say so where no such server was added", async () => {
        const { wrapper, transport } = await mountApp("/agent/cellar:5001/compose/shop");
        pushAgents(transport, {});
        await vi.waitFor(() => expect(wrapper.text()).toContain("Server not known"), patient);
        wrapper.unmount();
    });

    it.each([
        [`/compose/shop/${attic}`, `/agent/${attic}/compose/shop`],
        [`/terminal/shop/web/bash/${attic}`, `/agent/${attic}/terminal/shop/web/bash`],
        [`/console/${attic}`, `/agent/${attic}/console`],
    ])("are found at Dockge's address %s", async (asked, found) => {
        const { wrapper, router } = await mountApp(asked);
        expect(decodeURIComponent(router.currentRoute.value.path)).toBe(found);
        wrapper.unmount();
    });
});
