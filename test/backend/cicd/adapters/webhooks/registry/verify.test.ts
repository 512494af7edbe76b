import { describe, expect, it } from "vitest";
import { registryWebhooks } from "../../../../../../backend/cicd/adapters/webhooks/registry/index.ts";
import { hexHmac } from "../../../../../support/webhook-request.ts";

const hook = { id: "hook-1", secret: "a-webhook-secret" };
const body = Buffer.from("{}");
const token = registryWebhooks.token(hook);

function verify(headers: Record<string, string>, given?: string, of = hook): boolean {
    return registryWebhooks.verify({ id: of.id, address: "", body, headers, token: given }, of);
}

describe("a registry proves itself", () => {
    it.each([
        ["a signature over the body", { "x-hub-signature-256": `sha256=${hexHmac(hook.secret, body)}` }, undefined],
        ["the secret as a Bearer", { authorization: `Bearer ${hook.secret}` }, undefined],
        ["the token of the address", {}, token],
        ["one right way beside a wrong one", { authorization: "Bearer wrong" }, token],
    ])("by %s", (_how, headers, given) => {
        expect(verify(headers, given)).toBe(true);
    });

    it.each([
        ["nothing", {}, undefined],
        [
            "a signature over another body",
            { "x-hub-signature-256": `sha256=${hexHmac(hook.secret, Buffer.from("x"))}` },
            undefined,
        ],
        ["a signature of another kind", { "x-hub-signature": `sha1=${hexHmac(hook.secret, body)}` }, undefined],
        ["the secret without Bearer", { authorization: hook.secret }, undefined],
        ["the token as a Bearer", { authorization: `Bearer ${token}` }, undefined],
        ["the secret in the address", {}, hook.secret],
        ["part of the token", {}, token.slice(0, -1)],
        ["the token of another hook", {}, registryWebhooks.token({ ...hook, id: "hook-2" })],
        ["the token of an older secret", {}, registryWebhooks.token({ ...hook, secret: "older" })],
        ["an empty token", {}, ""],
    ])("not by %s", (_how, headers, given) => {
        expect(verify(headers, given)).toBe(false);
    });

    it("never where the hook has no secret", () => {
        const bare = { id: "hook-1", secret: "" };
        expect(verify({ "x-hub-signature-256": `sha256=${hexHmac("", body)}` }, undefined, bare)).toBe(false);
        expect(verify({ authorization: "Bearer " }, registryWebhooks.token(bare), bare)).toBe(false);
    });
});

it("the token does not hold the secret, and stays the same", () => {
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(token).toBe(hexHmac(hook.secret, Buffer.from("registry:hook-1")));
});

it("what is stored of a proof is no secret", () => {
    expect(registryWebhooks.signature({ authorization: "Bearer x" })).toBe("***");
    expect(registryWebhooks.signature({ "x-hub-signature-256": "sha256=1" })).toBe("sha256=1");
    expect(registryWebhooks.signature({})).toBeUndefined();
});
