import { describe, expect, it } from "vitest";
import { DeployKey } from "../../../../common/schema/discovery.ts";
import { matching } from "../../../support/containing.ts";
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

    it("are looked into with a key that is made for it", async () => {
        const { call, remote } = await createRestApp();
        const made = await call("post", "/repositories/keys", { token: "editor" });
        expect(made).toMatchObject({ status: 201, body: { publicKey: matching(/^ssh-ed25519 /) } });
        const { keyId } = DeployKey.parse(made.body);

        const body = { url: "git@git.example:me/homelab.git", authType: "ssh_key", keyId };
        expect(await call("post", "/repositories/discover", { token: "editor", body })).toMatchObject({ status: 200 });
        expect(remote.asked[0]).toMatchObject({ authType: "ssh_key", credentials: { privateKey: "private 1" } });
    });

    it.each([
        ["get", "/repositories", "", 401],
        ["post", "/repositories/keys", "deployer", 403],
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
