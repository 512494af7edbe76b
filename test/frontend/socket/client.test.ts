import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSocketClient } from "../../../frontend/src/socket/client.ts";
import { createFakeTransport } from "../support/fake-transport.ts";

function setUp() {
    const transport = createFakeTransport();
    const client = createSocketClient(transport);
    transport.connect();
    return { transport, client };
}

describe("the socket client", () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it("sends direct events as they are and agent events through the proxy", () => {
        const transport = createFakeTransport();
        const emitted: (readonly [string, readonly unknown[]])[] = [];
        const client = createSocketClient({
            ...transport,
            emit: (event, args) => emitted.push([event, args.slice(0, -1)]),
        });
        transport.connect();

        void client.call("loginByToken", "abc");
        void client.call("triggerBuild", "shop", { branch: "main" });

        expect(emitted).toEqual([
            ["loginByToken", ["abc"]],
            ["agent", ["", "triggerBuild", "shop", { branch: "main" }]],
        ]);
    });

    it("sends the agent events of another server there, and direct ones to the server itself", () => {
        const { transport, client } = setUp();
        const emitted: unknown[] = [];
        const scoped = createSocketClient({
            ...transport,
            onConnect: (listener) => listener(),
            emit: (event, args) => emitted.push([event, ...args.slice(0, -1)]),
        }).at("attic:5001");

        void scoped.call("startStack", "shop");
        void scoped.call("needSetup");

        expect(client.endpoint).toBe("");
        expect(scoped.endpoint).toBe("attic:5001");
        expect(emitted).toEqual([["agent", "attic:5001", "startStack", "shop"], ["needSetup"]]);
    });

    it("hears only its own server's pushes, direct ones and terminals from anywhere", () => {
        const { transport, client } = setUp();
        const heard: string[] = [];
        for (const [name, one] of [
            ["base", client],
            ["attic", client.at("attic:5001")],
        ] as const) {
            one.on("stackList", ({ endpoint }) => heard.push(`${name} hears the list of "${endpoint}"`));
            one.on("terminalWrite", (terminal) => heard.push(`${name} hears ${terminal}`));
            one.on("refresh", () => heard.push(`${name} hears refresh`));
        }
        client.onEvery("stackList", (endpoint) => heard.push(`all hear "${endpoint}"`));

        transport.push("stackList", { ok: true, stackList: {}, endpoint: "" });
        transport.push("stackList", { ok: true, stackList: {}, endpoint: "attic:5001" });
        transport.push("terminalWrite", "combined-attic:5001-shop", "hello");
        transport.push("refresh");

        expect(heard).toEqual([
            'base hears the list of ""',
            'all hear ""',
            'attic hears the list of "attic:5001"',
            'all hear "attic:5001"',
            "base hears combined-attic:5001-shop",
            "attic hears combined-attic:5001-shop",
            "base hears refresh",
            "attic hears refresh",
        ]);
    });

    it("sends nothing while the connection is lost", async () => {
        const { transport, client } = setUp();
        transport.disconnect();

        await expect(client.call("startStack", "shop")).rejects.toMatchObject({ code: "disconnected" });
        expect(transport.sent).toEqual([]);
    });

    it("resolves with a good answer", async () => {
        const { transport, client } = setUp();

        const answer = client.call("getWebhookSecret", "shop");
        transport.sent[0]?.answer({ ok: true, webhookSecret: "s3cret-s3cret" });

        await expect(answer).resolves.toMatchObject({ webhookSecret: "s3cret-s3cret" });
    });

    it.each([
        [
            { ok: false, msg: "authIncorrectCreds", msgi18n: true },
            { message: "authIncorrectCreds", translatable: true, code: "internal" },
        ],
        [
            { ok: false, msg: "Busy.", code: "conflict" },
            { message: "Busy.", translatable: false, code: "conflict" },
        ],
        [{ tokenRequired: true }, { code: "token_required", translatable: true }],
    ])("rejects with the refusal %j", async (refusal, expected) => {
        const { transport, client } = setUp();

        const answer = client.call("startStack", "shop");
        transport.sent[0]?.answer(refusal);

        await expect(answer).rejects.toMatchObject(expected);
    });

    it("gives up when no answer comes, later for what takes long", async () => {
        const { client } = setUp();
        const short = expect(client.call("getStack", "shop")).rejects.toMatchObject({ code: "timeout" });
        let longEnded = false;
        client.call("updateStack", "shop").catch(() => (longEnded = true));

        await vi.advanceTimersByTimeAsync(30_000);

        await short;
        expect(longEnded).toBe(false);
    });

    it("rejects what is under way when the connection is lost", async () => {
        const { transport, client } = setUp();
        const answer = client.call("updateStack", "shop");

        transport.disconnect();

        await expect(answer).rejects.toMatchObject({ code: "disconnected" });
        expect(client.connected.value).toBe(false);
    });

    it("hands pushes to their handlers until they leave", () => {
        const { transport, client } = setUp();
        const seen: string[] = [];
        const leave = client.on("terminalWrite", (name, data) => seen.push(`${name}:${data}`));

        transport.push("terminalWrite", "compose--shop", "one");
        leave();
        transport.push("terminalWrite", "compose--shop", "two");

        expect(seen).toEqual(["compose--shop:one"]);
    });
});
