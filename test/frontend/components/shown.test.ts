import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import DeploymentCard from "../../../frontend/src/components/DeploymentCard.vue";
import LogRow from "../../../frontend/src/components/LogRow.vue";
import PhaseTimeline from "../../../frontend/src/components/PhaseTimeline.vue";
import WebhookSteps from "../../../frontend/src/components/WebhookSteps.vue";
import { registerIcons } from "../../../frontend/src/icons.ts";
import { deployment, logLine, phaseTimes, repository } from "../support/page-fixtures.ts";
import { mountPage } from "../support/mount-page.ts";

const hostile = `<img src=x onerror="alert(1)">`;

beforeAll(registerIcons);

describe("a log line", () => {
    it("is text, whatever it holds", () => {
        const line = { ...logLine(1), text: hostile };
        const row = mountPage(LogRow, { line, query: "", current: false, phaseStart: false });

        expect(row.find(".log-text").text()).toBe(hostile);
        expect(row.find("img").exists()).toBe(false);
    });

    it("is cut when it is very long, and says so", () => {
        const line = { ...logLine(1), text: "x".repeat(10_000) };
        const row = mountPage(LogRow, { line, query: "", current: false, phaseStart: false });

        expect(row.text()).toContain("6000 more characters");
    });
});

describe("a deployment in the history", () => {
    function card(rest: Parameters<typeof deployment>[1], connected = true) {
        const props = { deployment: deployment("d1", rest), repository: connected ? repository : null, busy: false };
        return mountPage(DeploymentCard, props);
    }

    it("shows the first line of the message as text", () => {
        const wrapper = card({ commitMessage: `${hostile}\n\nmore` });

        expect(wrapper.text()).toContain(hostile);
        expect(wrapper.text()).not.toContain("more");
        expect(wrapper.find("img").exists()).toBe(false);
    });

    it.each([
        ["one that runs", { status: "building", canRollBack: false }, ["Cancel"]],
        ["one that is applied", { status: "deploying", canRollBack: true }, ["Cancel"]],
        ["a good one", { status: "successful", canRollBack: true }, ["Redeploy", "Roll back"]],
        ["what is live", { status: "successful", canRollBack: true, live: true }, ["Redeploy"]],
        ["a failed one", { status: "failed", canRollBack: false }, ["Redeploy"]],
    ] as const)("offers for %s what can be done", (_name, rest, labels) => {
        expect(
            card(rest)
                .findAll("button")
                .map((button) => button.text()),
        ).toEqual(labels);
    });

    it("cannot be deployed again once the repository is disconnected", () => {
        expect(card({ status: "failed", canRollBack: false }, false).findAll("button")).toEqual([]);
    });
});

describe("the timeline", () => {
    it("names the running step for those who do not see it", () => {
        const phases = phaseTimes(["fetching", "building"], 0.1, true);
        const wrapper = mountPage(PhaseTimeline, { deployment: deployment("d1", { status: "building", phases }) });

        expect(wrapper.find("[aria-current=step]").text()).toContain("Building");
    });
});

describe("the webhook's set-up", () => {
    it("shows address, secret and the provider's own steps", async () => {
        const props = {
            provider: "github",
            url: "https://h/api/webhooks/github/x",
            secret: "s3cret-s3cret",
            branch: "main",
        } as const;
        const wrapper = mountPage(WebhookSteps, props);
        expect(wrapper.text()).toContain("Payload URL");

        await wrapper.findAll("[aria-pressed]")[1]?.trigger("click");
        await flushPromises();

        expect(wrapper.text()).toContain("Secret token");
        expect(wrapper.findAll("input").map((input) => input.element.value)).toEqual([props.url, props.secret]);
    });
});
