import { describe, expect, it } from "vitest";
import { cicdHandlers } from "../../../../backend/cicd/socket/events.ts";
import { admin } from "../../../support/edge.ts";
import { createRestApp } from "../../../support/rest-app.ts";

const socket = { caller: admin, socketId: "s1", emit: () => undefined, onDisconnect: () => undefined };

describe("checking for new commits now", () => {
    it("answers the head of the branch and what was queued", async () => {
        const { call } = await createRestApp();

        const answer = await call("post", "/stacks/shop/repository/sync", { token: "deployer" });

        expect(answer).toMatchObject({
            status: 200,
            body: { head: "a".repeat(40), deployment: { stackId: "shop", status: "pending" } },
        });
    });

    it("answers why nothing was", async () => {
        const app = await createRestApp();
        app.ports.syncRepository = async () => ({ head: "a".repeat(40), reason: "it is live already" });

        const { body } = await app.call("post", "/stacks/shop/repository/sync");

        expect(body).toEqual({ head: "a".repeat(40), reason: "it is live already" });
    });

    it("needs the right to deploy", async () => {
        const { call } = await createRestApp();

        expect(await call("post", "/stacks/shop/repository/sync", { token: "reader" })).toMatchObject({ status: 403 });
    });

    it("is a socket event, too", async () => {
        const { services } = await createRestApp();

        expect(await cicdHandlers(services).syncRepository(["shop"], socket)).toMatchObject({
            head: "a".repeat(40),
            deployment: { stackId: "shop" },
        });
    });
});
