import { flushPromises } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { deployment } from "../support/page-fixtures.ts";
import { mountApp, pushAgents, pushStacks, stackOf } from "../support/mount-app.ts";

const attic = "attic:5001";

async function open() {
    const page = await mountApp("/");
    pushAgents(page.transport, { [attic]: { name: "The attic" } });
    pushStacks(page.transport, "", stackOf("blog", { status: 4 }), stackOf("shop"), stackOf("wiki", { status: 1 }));
    pushStacks(page.transport, attic, stackOf("shop", { deploymentStatus: "building" }));
    await flushPromises();
    const list = page.wrapper.get("nav.stack-list");
    const names = () => list.findAll(".item").map((item) => item.attributes("href"));
    return { ...page, list, names };
}

describe("the list of stacks", () => {
    afterEach(() => void (document.body.innerHTML = ""));

    it("groups by server, running ones first, and links to each server's own pages", async () => {
        const { names, list, wrapper } = await open();

        expect(names()).toEqual(["/compose/shop", "/compose/blog", "/compose/wiki", `/agent/${attic}/compose/shop`]);
        expect(list.findAll(".group-toggle").map((head) => head.text())).toEqual(["This server3", "The attic1"]);
        wrapper.unmount();
    });

    it("has no groups where there is one server", async () => {
        const { wrapper, transport } = await mountApp("/");
        pushAgents(transport, {});
        pushStacks(transport, "", stackOf("shop"));
        await flushPromises();

        expect(wrapper.find(".group-toggle").exists()).toBe(false);
        expect(wrapper.findAll(".stack-list .item")).toHaveLength(1);
        wrapper.unmount();
    });

    it.each([
        ["sho", ["/compose/shop", `/agent/${attic}/compose/shop`]],
        ["attic sh", [`/agent/${attic}/compose/shop`]],
        ["nowhere", []],
    ])("finds %j by name and server", async (query, found) => {
        const { names, list, wrapper } = await open();
        await list.get("input[type=search]").setValue(query);

        expect(names()).toEqual(found);
        expect(list.text().includes("No stack fits")).toBe(found.length === 0);
        wrapper.unmount();
    });

    it.each([
        ["exited", ["/compose/blog"]],
        ["inactive", ["/compose/wiki"]],
        ["deploying", [`/agent/${attic}/compose/shop`]],
    ])("shows those that are %s", async (filter, found) => {
        const { names, list, wrapper } = await open();
        await list.get("select").setValue(filter);

        expect(names()).toEqual(found);
        expect(list.get(`option[value=${filter}]`).text()).toContain("(1)");
        wrapper.unmount();
    });

    it("closes a server's group, and opens it while something is looked for", async () => {
        const { names, list, wrapper } = await open();
        await list.get(".group-toggle").trigger("click");
        expect(names()).toEqual([`/agent/${attic}/compose/shop`]);

        await list.get("input[type=search]").setValue("wiki");
        expect(names()).toEqual(["/compose/wiki"]);
        wrapper.unmount();
    });

    it("is used by keyboard: / goes to the search, arrows through the list", async () => {
        const { list, wrapper } = await open();
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true }));
        expect(document.activeElement).toBe(list.get("input").element);

        for (const [key, expected] of [
            ["ArrowDown", ".group-toggle"],
            ["ArrowDown", "[href='/compose/shop']"],
            ["End", `[href='/agent/${attic}/compose/shop']`],
            ["Home", ".group-toggle"],
            ["ArrowUp", "input"],
        ] as const) {
            document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
            expect(document.activeElement).toBe(list.get(expected).element);
        }
        wrapper.unmount();
    });

    it("follows differences and deployments of each server", async () => {
        const { names, transport, list, wrapper } = await open();
        const change = { changed: { wiki: stackOf("wiki") }, removed: ["blog"] };
        transport.push("stackListChange", { ok: true, ...change, endpoint: "" });
        const update = { deployment: deployment("d9"), endpoint: attic };
        transport.push("deploymentStatusUpdate", update);
        await flushPromises();

        expect(names()).toEqual(["/compose/shop", "/compose/wiki", `/agent/${attic}/compose/shop`]);
        expect(list.findAll(".item .tone-success")).toHaveLength(1);
        wrapper.unmount();
    });

    it("marks the stack that is looked at", async () => {
        const { wrapper, transport, router } = await mountApp(`/compose/shop`);
        pushAgents(transport, { [attic]: {} });
        pushStacks(transport, "", stackOf("shop"), stackOf("blog"));
        pushStacks(transport, attic, stackOf("shop"));
        await flushPromises();
        const current = () => wrapper.findAll("[aria-current=page].item").map((item) => item.attributes("href"));
        expect(current()).toEqual(["/compose/shop"]);

        await router.push(`/agent/${attic}/compose/shop`);
        await flushPromises();
        expect(current()).toEqual([`/agent/${attic}/compose/shop`]);
        wrapper.unmount();
    });
});

describe("the home page", () => {
    it("counts the stacks of all servers, and shows their newest deployments and states", async () => {
        const page = await mountApp("/", {
            "": {
                getRecentDeployments: { deployments: [deployment("d1", { createdAt: "2026-01-01T00:00:00.000Z" })] },
            },
            [attic]: {
                getRepositories: { repositories: [], nextCursor: null },
                getRecentDeployments: {
                    deployments: [deployment("d2", { createdAt: "2026-01-02T00:00:00.000Z" })],
                },
            },
        });
        pushAgents(page.transport, { [attic]: { name: "The attic" }, "cellar:5001": { status: "offline" } });
        pushStacks(page.transport, "", stackOf("shop"));
        pushStacks(page.transport, attic, stackOf("shop"));
        await flushPromises();
        await flushPromises();

        const home = page.wrapper.get("main .col-md-7");
        expect(home.get(".fs-3").text()).toBe("2");
        expect(home.findAll("a[href*='/deployments/']").map((link) => link.attributes("href"))).toEqual([
            `/agent/${attic}/deployments/d2`,
            "/deployments/d1",
        ]);
        expect(home.text()).toContain("It does not answer.");
        page.wrapper.unmount();
    });
});
