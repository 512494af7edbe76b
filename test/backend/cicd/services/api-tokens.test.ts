import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { createApiToken, listApiTokens } from "../../../../backend/cicd/services/api-tokens.ts";
import { rights } from "../../../../common/right.ts";
import { createEdge } from "../../../support/edge.ts";

const now = new Date("2026-01-31T12:00:00.000Z");

it("stores a hash, never the token", async () => {
    const { stores } = await createEdge();
    const input = { name: "ci", scopes: ["deploy" as const] };
    const { token, id } = await createApiToken(stores, { input, caller: { username: "me", rights }, now });
    expect(JSON.stringify(await stores.tokens.list())).not.toContain(token);
    const hash = createHash("sha256").update(token).digest("hex");
    expect((await stores.tokens.findByHash(hash))?.id).toBe(id);
});

it("gives nobody more than they have", async () => {
    const { stores } = await createEdge();
    const caller = { username: "me", rights: ["edit" as const] };
    const made = await createApiToken(stores, { input: { name: "ci", scopes: ["deploy"] }, caller, now });
    expect(made.scopes).toEqual(["deploy"]);
    const beyond = createApiToken(stores, { input: { name: "ci", scopes: ["read", "admin"] }, caller, now });
    await expect(beyond).rejects.toMatchObject({ code: "forbidden" });
});

it("refuses an expiry in the past", async () => {
    const { stores } = await createEdge();
    const input = { name: "ci", scopes: ["read" as const], expiresAt: "2025-01-01T00:00:00Z" };
    const late = createApiToken(stores, { input, caller: { username: "me", rights }, now });
    await expect(late).rejects.toThrow(/^expiresAt: lies in the past/);
});

it("lists in pages", async () => {
    const { stores } = await createEdge();
    for (const name of ["a", "b", "c"]) {
        await createApiToken(stores, { input: { name, scopes: ["read"] }, caller: { username: "me", rights }, now });
    }
    const first = await listApiTokens(stores, { limit: 2 });
    const second = await listApiTokens(stores, { limit: 2, cursor: first.nextCursor ?? "" });
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(["c", "b", "a"]);
    expect(second.nextCursor).toBeNull();
});
