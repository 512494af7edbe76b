import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSend, type SendOptions } from "../../../../../backend/cicd/adapters/provider-api/send.ts";
import { containing } from "../../../../support/containing.ts";
import { listen } from "../../../../support/listen.ts";

async function open(options: Partial<SendOptions> = {}) {
    const seen: string[] = [];
    const server = createServer((request, response) => {
        seen.push(`${request.headers.host} ${request.method} ${request.url}`);
        response.end("[]");
    });
    const url = await listen(server);
    onTestFinished(() => void server.close());
    const send = createSend({ allowPrivateHosts: false, ...options });
    const call = (address: string, fields: { allowPrivateHost?: boolean; signal?: AbortSignal } = {}) =>
        send({
            method: "GET",
            url: new URL(address),
            headers: {},
            allowPrivateHost: fields.allowPrivateHost ?? false,
            signal: fields.signal ?? new AbortController().signal,
        });
    return { url, port: new URL(url).port, seen, call };
}

describe("a call of a provider's API", () => {
    it.each(["http://127.0.0.1", "http://localhost", "http://2130706433", "http://[::1]", "http://[::ffff:127.0.0.1]"])(
        "does not reach %s unless private addresses are allowed",
        async (address) => {
            const { call, port, seen } = await open();
            await expect(call(`${address}:${port}/x`)).rejects.toMatchObject({
                details: { errorCode: "hook_unreachable" },
                message: containing("allowPrivateHost"),
            });
            expect(seen).toEqual([]);
        },
    );

    it("never reaches a metadata address", async () => {
        const { call } = await open({ allowPrivateHosts: true });
        for (const address of [
            "http://169.254.169.254/",
            "http://[fd00:ec2::254]/",
            "http://metadata.google.internal/",
        ]) {
            await expect(call(address, { allowPrivateHost: true })).rejects.toMatchObject({
                message: containing("metadata"),
            });
        }
    });

    it("refuses a public name with one private address", async () => {
        const { call } = await open({ resolve: async () => ["203.0.113.7", "10.0.0.1"] });
        await expect(call("http://git.example/")).rejects.toThrow(/git.example.*10.0.0.1 is a private address/);
    });

    it("looks a name up once, and connects to what it was checked to mean", async () => {
        let asked = 0;
        const { call, port, seen } = await open({
            resolve: async () => {
                asked += 1;
                return ["127.0.0.1"];
            },
        });
        const { status, body } = await call(`http://git.example:${port}/x`, { allowPrivateHost: true });
        expect({ status, body, seen, asked }).toEqual({
            status: 200,
            body: [],
            seen: [`git.example:${port} GET /x`],
            asked: 1,
        });
    });

    it("says what is wrong with the connection", async () => {
        const { call, port } = await open({ allowPrivateHosts: true, resolve: async () => [] });
        await expect(call("http://127.0.0.1:1/")).rejects.toThrow(/cannot be reached: nothing listens there/);
        await expect(call("http://nowhere.example/")).rejects.toThrow(/its name is not known/);
        await expect(call(`https://127.0.0.1:${port}/`)).rejects.toMatchObject({
            details: { errorCode: "hook_unreachable" },
        });
    });

    it("gives up on a name server that does not answer", async () => {
        const { call } = await open({ timeoutMs: 100, resolve: () => new Promise(() => undefined) });
        await expect(call("http://git.example/")).rejects.toThrow(/did not answer within 0.1 s/);
    });

    it("ends with its caller", async () => {
        const { call } = await open({ resolve: () => new Promise(() => undefined) });
        await expect(call("http://git.example/", { signal: AbortSignal.abort(new Error("gone")) })).rejects.toThrow(
            "gone",
        );
    });
});
