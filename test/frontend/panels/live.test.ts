import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import { nextTick } from "vue";
import { registerIcons } from "../../../frontend/src/icons.ts";
import ConsolePage from "../../../frontend/src/pages/ConsolePage.vue";
import PrunePanel from "../../../frontend/src/panels/disk/PrunePanel.vue";
import ContainersPanel from "../../../frontend/src/panels/stack/ContainersPanel.vue";
import NetworksPanel from "../../../frontend/src/panels/stack/NetworksPanel.vue";
import StackButtons from "../../../frontend/src/panels/stack/StackButtons.vue";
import UpdateAll from "../../../frontend/src/panels/stack/UpdateAll.vue";
import { button, field } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";

const web = { name: "web", image: "web:1", built: false, ports: ["443:443", "8080:80"] };
const containers = [
    { service: "web", name: "shop-web-1", index: 0, status: "running", image: "web:1" },
    { service: "web", name: "shop-web-2", index: 1, status: "exited", image: "web:1" },
];
const usage = {
    container: "shop-web-1",
    service: "web",
    cpuPercent: 3.24,
    memoryBytes: 12_000_000,
    memoryLimitBytes: 64_000_000,
    receivedBytes: 0,
    sentBytes: 0,
};

beforeAll(registerIcons);

async function services(answers: Readonly<Record<string, object>> = {}) {
    const status = { serviceStatusList: { web: "exited" }, containers };
    return mountConnected(ContainersPanel, {
        props: { stackName: "shop", services: [web], hostname: "here.lan" },
        answers: { serviceStatusList: status, subscribeStats: {}, unsubscribeStats: {}, ...answers },
    });
}

describe("the services of a stack", () => {
    it("have one row per replica, with a way to its shells where it runs", async () => {
        const { wrapper } = await services();
        expect(wrapper.findAll(".replica").map((row) => row.get(".badge").text())).toEqual(["running", "exited"]);
        expect(wrapper.findAll("a.badge").map((link) => link.attributes("href"))).toEqual([
            "https://here.lan:443",
            "http://here.lan:8080",
        ]);
        await button(wrapper, "More for shop-web-1").trigger("click");
        expect(wrapper.findAll(".menu-item").map((item) => item.attributes("href"))).toEqual([
            "/terminal/shop/web/logs/0",
            "/terminal/shop/web/bash/0",
            "/terminal/shop/web/sh/0",
            "/terminal/shop/web/sh/0?choose=1",
        ]);
        await button(wrapper, "More for shop-web-2").trigger("click");
        expect(wrapper.text()).toContain("A shell needs a running container.");
    });

    it("tell what they use as it is pushed, and stop listening when the page is left", async () => {
        const { wrapper, transport } = await services();
        expect(transport.sentAs("subscribeStats")).toHaveLength(1);
        transport.push("containerStats", { stackName: "shop", time: new Date().toISOString(), containers: [usage] });
        transport.push("containerStats", { stackName: "other", time: new Date().toISOString(), containers: [] });
        await nextTick();
        expect(wrapper.get("[data-stat=cpu]").text()).toBe("3.2 %");
        expect(wrapper.get("[data-stat=memory]").text()).toContain("12 MB of 64 MB");
        wrapper.unmount();
        expect(transport.sentAs("unsubscribeStats").map(({ args }) => args)).toEqual([["shop"]]);
    });

    it("are asked for what they use where the server does not push it", async () => {
        const row = { CPUPerc: "50.00%", MemUsage: "1MiB / 2MiB", NetIO: "0B / 0B" };
        const { wrapper, transport } = await services({
            subscribeStats: { ok: false, msg: "unknown event" },
            dockerStats: { dockerStats: { "shop-web-1": row } },
        });
        await flushPromises();
        expect(transport.sentAs("dockerStats")).toHaveLength(1);
        expect(wrapper.get("[data-stat=cpu]").text()).toBe("50 %");
    });

    it("are started and stopped one by one; what cannot be pressed says why", async () => {
        const { wrapper, transport } = await services();
        await button(wrapper, "Stop").trigger("click");
        expect(transport.sentAs("stopService").map(({ args }) => args)).toEqual([["shop", "web"]]);
        expect(button(wrapper, "Start").attributes("title")).toBe("Start: web is being worked on");
        await button(wrapper, "Start").trigger("click");
        expect(transport.sentAs("startService")).toHaveLength(0);
        transport.sentAs("stopService")[0]?.answer({ ok: true, msg: "Service web stopped" });
        await flushPromises();
        expect(button(wrapper, "Start").attributes("aria-disabled")).toBeUndefined();
    });

    it("show which has a newer image, and why that is not known", async () => {
        const updates = [{ service: "web", image: "web:1", state: "unknown", reason: "The registry wants a login." }];
        const { wrapper } = await services({ checkImageUpdates: { updates } });
        await button(wrapper, "Look for newer images").trigger("click");
        await flushPromises();
        expect(wrapper.text()).toContain("not known");
        expect(wrapper.text()).toContain("The registry wants a login.");
        expect(wrapper.text()).toContain("No newer image was found.");
    });
});

describe("the buttons of a stack", () => {
    const shown = { stackName: "shop", isRunning: true };

    it("keep the focus when Stop becomes Start", async () => {
        const { wrapper } = await mountConnected(StackButtons, { props: shown });
        button(wrapper, "Stop").element.focus();
        await wrapper.setProps({ isRunning: false });
        await flushPromises();
        expect(document.activeElement?.textContent).toContain("Start");
        await wrapper.setProps({ isRunning: true });
        await flushPromises();
        expect(document.activeElement?.textContent).toMatch(/Restart|Stop/);
    });

    it("leave out what needs a compose file where there is none", async () => {
        const { wrapper } = await mountConnected(StackButtons, { props: { ...shown, managed: false } });
        const labels = wrapper.findAll("button").map((one) => one.text());
        expect(labels).toEqual(["Restart", "Stop"]);
    });

    it("delete as Dockge does, unless something was chosen", async () => {
        const { wrapper, transport } = await mountConnected(StackButtons, {
            props: shown,
            answers: { deleteStack: { msg: "Deleted" } },
        });
        const removeWith = async (label?: string) => {
            await button(wrapper, "Delete").trigger("click");
            await nextTick();
            const dialog = wrapper.get("dialog");
            if (label !== undefined) {
                await field(dialog, label).setValue(true);
            }
            await button(dialog, "Delete").trigger("click");
            await flushPromises();
        };
        await removeWith();
        await removeWith("Keep its folder");
        await removeWith();
        expect(transport.sentAs("deleteStack").map(({ args }) => args)).toEqual([
            ["shop"],
            ["shop", { keepFiles: true, removeVolumes: false, force: false }],
            ["shop"],
        ]);
        expect(wrapper.emitted("done")).toHaveLength(1);
    });
});

describe("updating all", () => {
    it("asks which of the running stacks, and shows how far it is", async () => {
        const { wrapper, transport } = await mountConnected(UpdateAll);
        const stack = { tags: [], isManagedByDockge: true, composeFileName: "compose.yaml", endpoint: "" };
        transport.push("stackList", {
            ok: true,
            stackList: {
                a: { ...stack, name: "a", status: 3 },
                b: { ...stack, name: "b", status: 3 },
                c: { ...stack, name: "c", status: 4 },
            },
            endpoint: "",
        });
        await nextTick();
        await button(wrapper, "Update all").trigger("click");
        await nextTick();
        const dialog = wrapper.get("dialog");
        expect(dialog.findAll("label").map((one) => one.text())).toEqual(["a", "b"]);
        await dialog.get("input").setValue(false);
        await button(dialog, "Update one stack").trigger("click");
        expect(transport.sentAs("updateStacks").map(({ args }) => args)).toEqual([[["b"]]]);

        transport.sentAs("updateStacks")[0]?.answer({ ok: true, updates: [{ stackName: "b", state: "waiting" }] });
        await flushPromises();
        expect(wrapper.text()).toContain("0 of 1 done");
        transport.push("stackUpdates", { updates: [{ stackName: "b", state: "failed", message: "no such image" }] });
        await nextTick();
        expect(wrapper.text()).toContain("Finished: 0 went through, 1 failed.");
        expect(wrapper.text()).toContain("no such image");
    });
});

describe("pruning", () => {
    it("says what goes before, and what went after", async () => {
        const report = { reclaimedBytes: 2e9, images: 3, containers: 1, networks: 0, volumes: 0 };
        const { wrapper, transport } = await mountConnected(PrunePanel, { answers: { pruneEngine: { report } } });
        await field(wrapper, "Stopped containers").setValue(true);
        await button(wrapper, "Remove…").trigger("click");
        await nextTick();
        const dialog = wrapper.get("dialog");
        expect(dialog.findAll("li").map((item) => item.text())).toEqual([
            "images without a name",
            "stopped containers of no compose project",
        ]);
        expect(transport.sentAs("pruneEngine")).toHaveLength(0);
        await button(dialog, "Remove").trigger("click");
        await flushPromises();
        expect(transport.sentAs("pruneEngine")[0]?.args).toEqual([
            { images: "dangling", containers: true, networks: false, volumes: false, buildCache: false },
        ]);
        expect(wrapper.text()).toContain("2.0 GB freed. Images: 3, containers: 1");
    });
});

it("shows which networks are used, and those of the engine", async () => {
    const { wrapper } = await mountConnected(NetworksPanel, {
        props: { stackName: "shop", yaml: "services: { web: { image: a } }" },
        answers: { getDockerNetworkList: { dockerNetworkList: ["bridge", "host"] } },
    });
    expect(wrapper.text()).toMatch(/default\s*not there yet\s*used by web/);
    await button(wrapper, "All networks of the engine (2)").trigger("click");
    expect(wrapper.text()).toContain("bridge");
});

it("says how the console is switched on where it is off", async () => {
    const { wrapper } = await mountConnected(ConsolePage, { answers: { checkMainTerminal: { ok: false } } });
    expect(wrapper.text()).toContain("DOCKGE_ENABLE_CONSOLE=true");
});

it("tells the server when a shell is no longer looked at", async () => {
    const { wrapper, transport } = await mountConnected(ConsolePage, {
        answers: { checkMainTerminal: {}, mainTerminal: {}, terminalJoin: { buffer: "" }, leaveTerminal: {} },
    });
    await flushPromises();
    expect(transport.sentAs("leaveTerminal")).toEqual([]);
    wrapper.unmount();
    expect(transport.sentAs("leaveTerminal").map(({ args }) => args)).toEqual([["console"]]);
});
