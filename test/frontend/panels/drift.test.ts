import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import { defineComponent, h, watch } from "vue";
import type { Drift } from "../../../common/schema/drift.ts";
import type { StackSummary } from "../../../common/schema/stack.ts";
import { useConfirm } from "../../../frontend/src/composables/useConfirm.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import DriftPanel from "../../../frontend/src/panels/drift/DriftPanel.vue";
import { mountConnected } from "../support/mount-connected.ts";
import { deployment, minutesAgo, repository } from "../support/page-fixtures.ts";

const commitSha = "9f2c1e7ab34d5566778899aabbccddeeff001122";
const inSync: Drift = {
    deploymentId: "d1",
    commitSha,
    checkedAt: minutesAgo(0),
    inSync: true,
    files: [],
    services: [],
};
const changed: Drift = {
    ...inSync,
    inSync: false,
    files: [
        { path: "settings.conf", kind: "edited", diff: "@@ -1,2 +1,2 @@\n-level=git\n+level=<b>mine</b>\n user=app" },
        { path: "Dockerfile", kind: "missing" },
        { path: "logo.png", kind: "edited", note: "20 bytes; too large, or no text, to be shown" },
    ],
    moreFiles: 3,
    services: [{ service: "db", kind: "stopped", detail: "has ended with exit code 137" }],
};

beforeAll(registerIcons);

/** The panel beside somebody who says yes to every question. */
const Page = defineComponent({
    setup() {
        const { question, answer } = useConfirm();
        watch(question, (asked) => asked !== undefined && answer(true));
        return () => h(DriftPanel, { stackName: "shop", repository });
    },
});

async function open(drift: Drift) {
    return mountConnected(Page, {
        answers: { getStackDrift: { drift }, restoreStack: { deployment: deployment("d9") } },
    });
}

describe("whether a stack was changed by hand", () => {
    it("is a quiet line with the commit while all is as it should be", async () => {
        const { wrapper } = await open(inSync);

        expect(wrapper.text()).toContain("Runs what its commit says: 9f2c1e7");
        expect(wrapper.find("h4").exists()).toBe(false);
        expect(wrapper.findAll("button").map((button) => button.text())).toEqual(["Check again"]);
    });

    it("names files and services, and shows the differences with signs and in words", async () => {
        const { wrapper } = await open(changed);

        expect(wrapper.text()).toContain("Changed by hand");
        expect(wrapper.text()).toMatch(/settings\.conf.*edited.*Dockerfile.*missing.*logo\.png.*edited.*20 bytes/s);
        expect(wrapper.text()).toMatch(/3 more files.*db.*not running.*exit code 137/s);
        expect(wrapper.find(".diff-view").exists()).toBe(false);

        await wrapper.find("article button").trigger("click");

        const lines = wrapper.findAll(".diff-line").map((line) => [line.classes()[1], line.text()]);
        expect(lines).toEqual([
            ["place", "@@ -1,2 +1,2 @@"],
            ["removed", "−removed:level=git"],
            ["added", "+added:level=<b>mine</b>"],
            ["same", "user=app"],
        ]);
        expect(wrapper.find("b").exists()).toBe(false);
    });

    it("opens the only file's difference by itself", async () => {
        const { wrapper } = await open({ ...changed, files: changed.files.slice(0, 1) });

        expect(wrapper.find(".diff-view").attributes("aria-label")).toBe("What was changed in settings.conf");
    });

    it("asks, restores, and opens the deployment that does it", async () => {
        const { wrapper, transport, router } = await open(changed);

        await wrapper
            .findAll("button")
            .find((button) => button.text() === "Restore")
            ?.trigger("click");
        await flushPromises();

        expect(transport.sentAs("restoreStack").map(({ args }) => args)).toEqual([["shop"]]);
        expect(router.currentRoute.value).toMatchObject({ name: "deployment", params: { id: "d9" } });
    });

    it.each([
        [
            "while a deployment is at work",
            { ...inSync, inSync: null, deploying: "d2" },
            "once the deployment has ended",
        ],
        ["when the engine is away", { ...inSync, inSync: null, note: "The engine is away." }, "The engine is away."],
        ["for a stopped stack", { ...inSync, note: "It was stopped." }, "It was stopped."],
        ["for what ran before", { ...inSync, commitSha: "" }, "before the repository was connected"],
    ] as const)("is said in a sentence %s", async (_name, drift, sentence) => {
        expect((await open({ ...drift })).wrapper.text()).toContain(sentence);
    });

    it("says nothing where there is nothing to compare with, and the error where it cannot be asked", async () => {
        const { wrapper, transport } = await mountConnected(Page);
        transport.sentAs("getStackDrift")[0]?.answer({ ok: false, msg: "nothing live", code: "not_found" });
        await flushPromises();
        expect(wrapper.find("section").exists()).toBe(false);

        transport.push("deploymentStatusUpdate", { deployment: deployment("d3") });
        await flushPromises();
        transport.sentAs("getStackDrift")[1]?.answer({ ok: false, msg: "It is broken.", code: "internal" });
        await flushPromises();
        expect(wrapper.text()).toContain("It is broken.");
    });

    it("is looked at again by hand, after deployments, and when the stack is started or stopped; not otherwise", async () => {
        const { wrapper, transport } = await open(inSync);
        const asked = (): number => transport.sentAs("getStackDrift").length;
        const list = (status: number) => ({ ok: true, stackList: { shop: { ...summary, status } } });
        transport.push("stackList", list(3));
        await flushPromises();
        expect(asked()).toBe(1);

        await wrapper.find("button").trigger("click");
        await flushPromises();
        expect(asked()).toBe(2);

        transport.push("stackList", list(4));
        await flushPromises();
        expect(asked()).toBe(3);

        transport.push("stackList", list(4));
        transport.push("deploymentStatusUpdate", { deployment: deployment("d7", { stackId: "other" }) });
        await flushPromises();
        expect(asked()).toBe(3);

        transport.push("deploymentStatusUpdate", { deployment: deployment("d2") });
        await flushPromises();
        expect(asked()).toBe(4);
    });
});

const summary: StackSummary = {
    name: "shop",
    status: 3,
    tags: [],
    isManagedByDockge: true,
    composeFileName: "compose.yaml",
    endpoint: "",
};
