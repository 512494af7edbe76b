import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import type { WebhookEvent } from "../../../common/schema/webhook-event.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import DeliveriesPanel from "../../../frontend/src/panels/delivery/DeliveriesPanel.vue";
import { mountConnected } from "../support/mount-connected.ts";
import { minutesAgo, repository } from "../support/page-fixtures.ts";

beforeAll(registerIcons);

function delivery(id: string, fields: Partial<WebhookEvent> = {}): WebhookEvent {
    return {
        id,
        repositoryId: "repo1",
        stack: "shop",
        provider: "github",
        eventType: "push",
        deliveryId: `gh-${id}`,
        payload: { ref: "refs/heads/main", note: "<b>not bold</b>" },
        headers: { "x-github-event": "push" },
        signature: "sha256=00",
        verified: true,
        processed: true,
        verdict: "queued",
        deploymentId: "d1",
        receivedAt: minutesAgo(2),
        answer: { status: 202, body: { ok: true, verdict: "queued" } },
        durationMilliseconds: 8.4,
        ...fields,
    };
}

const wrong = {
    verdict: "rejected",
    verified: false,
    payload: null,
    eventType: "unknown",
    deploymentId: undefined,
} as const;

async function open(events: readonly WebhookEvent[], nextCursor: string | null = null, fields: object = {}) {
    const mounted = await mountConnected(DeliveriesPanel, {
        props: { stackName: "shop", repository: { ...repository, ...fields } },
        answers: { getWebhookEvents: { events, nextCursor } },
    });
    const button = (label: string) => mounted.wrapper.findAll("button").find((one) => one.text() === label);
    return { ...mounted, button };
}

describe("the list of deliveries", () => {
    it("tells of each in words what it meant, when, how fast, why, and which it was", async () => {
        const { wrapper } = await open([
            delivery("1"),
            delivery("2", { verdict: "ignored", reason: "branch dev is not deployed", deploymentId: undefined }),
            delivery("3", { verdict: "pong", eventType: "ping", durationMilliseconds: 12_300 }),
            delivery("4", { verdict: "rejected", reason: "body.ref: is no text" }),
            delivery("5", { verdict: "duplicate" }),
        ]);

        const rows = wrapper.findAll("article").map((row) => row.text().replace(/\s+/g, " "));
        expect(rows[0]).toMatch(
            /Deployment queued.*push.*2 minutes ago.*answered in 8 ms.*Deployment.*Delivery gh-1.*Redeliver/,
        );
        expect(rows[1]).toMatch(/Ignored.*branch dev is not deployed/);
        expect(rows[2]).toMatch(/Test answered.*ping.*answered in 12 s/);
        expect(rows[3]).toMatch(/Not understood.*body.ref/);
        expect(rows[3]).not.toContain("Redeliver");
        expect(rows[4]).toContain("Known already");
        expect(wrapper.findAll("article a").map((link) => link.attributes("href"))).toHaveLength(4);
        expect(wrapper.findAll("svg.fa-rocket")).toHaveLength(1);
    });

    it("opens to headers, payload and answer, as text", async () => {
        const { wrapper } = await open([delivery("1")]);
        const opener = wrapper.find("article button");
        expect(opener.attributes("aria-expanded")).toBe("false");

        await opener.trigger("click");

        const boxes = wrapper.findAll("pre").map((box) => box.text());
        expect(boxes).toEqual([
            "x-github-event: push",
            '{\n  "ref": "refs/heads/main",\n  "note": "<b>not bold</b>"\n}',
            '{\n  "ok": true,\n  "verdict": "queued"\n}',
        ]);
        expect(wrapper.text()).toContain("Answer (202)");
        expect(wrapper.find("b").exists()).toBe(false);
        expect(wrapper.findAll("button").filter((button) => button.text() === "Copy")).toHaveLength(3);
    });

    it("shows the beginning of a very long payload", async () => {
        const { wrapper } = await open([delivery("1", { payload: { filler: "x".repeat(60_000) } })]);
        await wrapper.find("article button").trigger("click");

        expect(wrapper.findAll("pre")[1]?.text().length).toBe(50_000);
        expect(wrapper.text()).toContain("Only the beginning is shown");
    });

    it.each([
        [{ ...wrong }, "The body is not kept"],
        [{ payload: { cut: true, bytes: 2_000_000 } }, "The body had 2000000 bytes"],
        [{ payload: null }, "There was no body"],
        [{ answer: undefined }, "Nothing was sent back"],
    ] as const)("says why something is missing: %j", async (fields, sentence) => {
        const { wrapper } = await open([delivery("1", fields)]);
        await wrapper.find("article button").trigger("click");
        expect(wrapper.text()).toContain(sentence);
    });

    it("says what to do about a wrong or missing signature, while that is the newest", async () => {
        const bad = await open([delivery("2", wrong), delivery("1")]);
        expect(bad.wrapper.text()).toContain("the secret at GitHub differs");
        expect(bad.wrapper.text()).toContain("Refused: wrong signature");

        const unsigned = await open([delivery("2", { ...wrong, signature: undefined })]);
        expect(unsigned.wrapper.text()).toContain("without a signature: GitHub has no secret");

        const mended = await open([delivery("1"), delivery("2", wrong)]);
        expect(mended.wrapper.text()).not.toContain("differs");
    });

    it("delivers again, and shows what came of it with its deployment", async () => {
        const { wrapper, transport, button } = await open([
            delivery("1", { verdict: "ignored", deploymentId: undefined }),
        ]);
        transport.answerAll("redeliverWebhookEvent", () => ({
            ok: true,
            event: delivery("9", { deploymentId: "d7" }),
        }));

        await button("Redeliver")?.trigger("click");
        await flushPromises();

        expect(transport.sentAs("redeliverWebhookEvent").map(({ args }) => args)).toEqual([["1"]]);
        expect(wrapper.find("article").text()).toMatch(/Delivered again: Deployment queued/);
        expect(wrapper.find("article a").attributes("href")).toContain("d7");
    });

    it("shows new ones by itself, of its own stack, and keeps what was loaded further down", async () => {
        const first = Array.from({ length: 10 }, (_, index) => delivery(`a${index}`));
        const { wrapper, transport, button } = await open(first, "a9");
        transport.answerAll("getWebhookEvents", () => ({ ok: true, events: [delivery("b0")], nextCursor: null }));
        await button("Show more")?.trigger("click");
        await flushPromises();
        expect(wrapper.findAll("article")).toHaveLength(11);
        expect(button("Show more")).toBeUndefined();

        transport.answerAll("getWebhookEvents", () => ({
            ok: true,
            events: [delivery("new"), ...first.slice(0, 9)],
            nextCursor: "a8",
        }));
        transport.push("webhookEventUpdate", { stackName: "other", id: "x", verdict: "queued" });
        await flushPromises();
        expect(transport.sentAs("getWebhookEvents")).toHaveLength(2);
        transport.push("webhookEventUpdate", { stackName: "shop", id: "new", verdict: "queued" });
        await flushPromises();

        expect(wrapper.findAll("article")).toHaveLength(12);
        expect(wrapper.find("article").text()).toContain("gh-new");
        expect(button("Show more")).toBeUndefined();
    });
});

describe("while nothing has ever arrived", () => {
    it("says what to check, with the address", async () => {
        const { wrapper } = await open([]);
        expect(wrapper.text()).toMatch(/No delivery yet.*GitHub.*address.*q7Hd0c2Wm4Zr.*reach this server.*secret/s);
        expect(wrapper.find(".tone-warning").exists()).toBe(false);
    });

    it.each([
        ["http://localhost:5001/x", "https://github.com/o/r", "works on this machine only, so github.com"],
        ["http://192.168.1.5:5001/x", "git@github.com:o/r", "lies in a private network, and github.com"],
    ])("warns of the address %s for %s", async (webhookUrl, url, sentence) => {
        const { wrapper } = await open([], null, { webhookUrl, url });
        expect(wrapper.find(".tone-warning").text()).toContain(sentence);
        expect(wrapper.find(".tone-warning").text()).toContain("CICD_BASE_URL");
    });
});
