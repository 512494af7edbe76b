import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import type { Preview } from "../../../common/schema/preview.ts";
import DeploymentMeta from "../../../frontend/src/components/DeploymentMeta.vue";
import PreviewResult from "../../../frontend/src/components/PreviewResult.vue";
import type { Question } from "../../../frontend/src/composables/useConfirm.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import { awaitsApproval } from "../../../frontend/src/model/deployment-status.ts";
import ApprovalPanel from "../../../frontend/src/panels/deployment/ApprovalPanel.vue";
import { confirming } from "../support/confirming.ts";
import { button } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";
import { mountPage } from "../support/mount-page.ts";
import { deployment, minutesAgo, repository } from "../support/page-fixtures.ts";

const waiting = deployment("d1", {
    status: "building",
    phase: "approval",
    approvalRequestedAt: minutesAgo(90),
    commitMessage: "feat: <b>two</b>\n\nmore",
});
const preview: Preview = {
    commitSha: "c0ffee1234567",
    services: [
        {
            service: "web",
            action: "recreate",
            reasons: ["image changed"],
            image: "web:2",
            previousImage: "web:1",
            variables: { added: ["NEW"], removed: ["GONE"], changed: ["LEVEL"] },
            ports: { added: ["8080:80/tcp"], removed: [] },
            mounts: { added: [], removed: ["./data:/data"] },
            machine: "nas",
        },
    ],
    filesWritten: ["compose.yaml"],
    filesRemoved: [],
    filesReplaced: [],
    warnings: ["web is privileged", "web mounts /etc"],
    newWarnings: ["web mounts /etc"],
    machines: [
        { id: "local", name: "this machine" },
        { id: "t1", name: "nas" },
    ],
};

beforeAll(registerIcons);

async function open(yes = true) {
    const asked: Question[] = [];
    const page = await mountConnected(confirming(ApprovalPanel, asked, yes), {
        props: { deployment: waiting, repository },
        answers: {
            getDeploymentPreview: { preview },
            approveDeployment: { deployment: waiting },
            rejectDeployment: { deployment: waiting },
        },
    });
    return { ...page, asked };
}

describe("a deployment that waits for approval", () => {
    it("says since when, of what, and what it would change", async () => {
        const { wrapper, transport } = await open();

        expect(transport.sentAs("getDeploymentPreview").map(({ args }) => args)).toEqual([["d1"]]);
        const text = wrapper.text();
        expect(text).toMatch(/Waiting for approval.*feat: <b>two<\/b>.*recreated.*web.*image changed/s);
        expect(text).not.toContain("more");
        expect(wrapper.find("b").exists()).toBe(false);
        expect(wrapper.get("time").attributes("datetime")).toBe(waiting.approvalRequestedAt);
    });

    it("is not named again where that stands above it", async () => {
        const { wrapper } = await mountConnected(ApprovalPanel, {
            props: { deployment: waiting, repository, named: true },
            answers: { getDeploymentPreview: { preview } },
        });

        expect(wrapper.text()).toContain("Approved it goes live");
        expect(wrapper.text()).not.toMatch(/feat:|c0ffee1/);
    });

    it("goes live at a click, without another question", async () => {
        const { wrapper, transport, asked } = await open();

        await button(wrapper, "Approve").trigger("click");
        await flushPromises();

        expect(transport.sentAs("approveDeployment").map(({ args }) => args)).toEqual([["d1"]]);
        expect(asked).toEqual([]);
    });

    it.each([
        [true, [["d1"]]],
        [false, []],
    ])("is rejected after a question that is answered with %s", async (yes, sent) => {
        const { wrapper, transport, asked } = await open(yes);

        await button(wrapper, "Reject").trigger("click");
        await flushPromises();

        expect(asked).toMatchObject([{ title: "Reject this deployment?", danger: true }]);
        expect(transport.sentAs("rejectDeployment").map(({ args }) => args)).toEqual(sent);
    });

    it("can be decided where its preview cannot be told", async () => {
        const { wrapper, transport } = await mountConnected(ApprovalPanel, {
            props: { deployment: waiting, repository },
        });
        transport.sentAs("getDeploymentPreview")[0]?.answer({ ok: false, code: "unavailable", msg: "No engine." });
        await flushPromises();

        expect(wrapper.text()).toContain("No engine.");
        expect(button(wrapper, "Approve").attributes("disabled")).toBeUndefined();
    });

    it.each([
        ["waits", {}, true],
        ["was approved", { approvedAt: minutesAgo(1) }, false],
        ["builds", { phase: "building" as const }, false],
        ["ended", { status: "cancelled" as const, phase: "done" as const }, false],
    ])("is told from one that %s", (_what, fields, expected) => {
        expect(awaitsApproval({ ...waiting, ...fields })).toBe(expected);
    });
});

describe("a preview", () => {
    it("names images, variables, ports, mounts, machines, and what is new among the warnings, in words too", () => {
        const wrapper = mountPage(PreviewResult, { preview });

        const text = wrapper.text().replaceAll(/\s+/g, " ");
        expect(text).toContain("web:1 →becomes web:2");
        expect(text).toContain("Variables: +added: NEW −removed: GONE ~changed: LEVEL");
        expect(text).toContain("Ports: +added: 8080:80/tcp");
        expect(text).toContain("Mounts: −removed: ./data:/data");
        expect(text).toContain("on nas");
        expect(text).toContain("Goes to this machine, nas");
        expect(text).toMatch(/web is privileged web mounts \/etc new/);
    });

    it("does not name this machine where it is the only one", () => {
        const machines = [{ id: "local", name: "this machine" }];

        expect(mountPage(PreviewResult, { preview: { ...preview, machines } }).text()).not.toContain("Goes to");
    });
});

it("says afterwards who approved", () => {
    const approved = deployment("d1", { approvedBy: "anna", approvedAt: minutesAgo(5) });

    expect(mountPage(DeploymentMeta, { deployment: approved }).text()).toContain("approved by anna");
});
