import { describe, expect, it } from "vitest";
import { createRestApp } from "../../../support/rest-app.ts";

const url = "https://git.example/me/homelab.git";
const wanted = { url, branch: "main", stacks: [{ stack: "shop", composePath: "shop/compose.yaml" }] };

describe("the repositories over REST", () => {
    it("are discovered, connected and listed", async () => {
        const { call, remote } = await createRestApp();
        remote.files = ["shop/compose.yaml"];
        const found = await call("post", "/repositories/discover", { token: "editor", body: { url } });
        expect(found).toMatchObject({
            status: 200,
            body: { branch: "main", folders: [{ composePath: "shop/compose.yaml", suggestedStack: "shop" }] },
        });
        const connected = await call("post", "/repositories/connect", { token: "editor", body: wanted });
        expect(connected).toMatchObject({ status: 200, body: { stacks: [{ stack: "shop", ok: true }] } });
        const list = await call("get", "/repositories", { token: "reader" });
        expect(list).toMatchObject({
            status: 200,
            body: { items: [{ url, stacks: [{ stack: "shop", composePath: "shop/compose.yaml" }] }], nextCursor: null },
        });
    });

    it.each([
        ["get", "/repositories", "", 401],
        ["post", "/repositories/discover", "deployer", 403],
        ["post", "/repositories/connect", "deployer", 403],
    ] as const)("refuse %s %s to %j", async (method, path, token, status) => {
        const { call } = await createRestApp();
        const answer = await call(method, path, method === "get" ? { token } : { token, body: wanted });
        expect(answer.status).toBe(status);
    });

    it.each([
        ["a stack's name", { stacks: [{ stack: "Shop!", composePath: "compose.yaml" }] }, "stacks.0.stack"],
        ["a long name", { stacks: [{ stack: "x".repeat(65), composePath: "compose.yaml" }] }, "stacks.0.stack"],
        ["a way out", { stacks: [{ stack: "shop", composePath: "../compose.yaml" }] }, "stacks.0.composePath"],
        ["an option", { stacks: [{ stack: "shop", composePath: "-rf" }] }, "stacks.0.composePath"],
        ["no stack", { stacks: [] }, "stacks"],
        ["an unknown field", { nonsense: 1 }, "nonsense"],
        ["a branch that is an option", { branch: "--upload-pack=x" }, "branch"],
    ])("name what is wrong: %s", async (_name, fields, field) => {
        const { call } = await createRestApp();
        const answer = await call("post", "/repositories/connect", { body: { ...wanted, ...fields } });
        expect(answer.status).toBe(400);
        expect(answer.text).toContain(field);
    });
});
