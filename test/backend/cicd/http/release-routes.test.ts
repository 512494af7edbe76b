import { describe, expect, it } from "vitest";
import { cicdHandlers } from "../../../../backend/cicd/socket/events.ts";
import { admin } from "../../../support/edge.ts";
import { createRestApp } from "../../../support/rest-app.ts";

const socket = { caller: admin, socketId: "s1", emit: () => undefined, onDisconnect: () => undefined };

describe("a stack's releases", () => {
    it("are listed and compared with the right to read", async () => {
        const { call, services } = await createRestApp();

        const listed = await call("get", "/stacks/shop/releases", { token: "reader" });
        const compared = await call("get", "/stacks/shop/releases/compare?from=d1&to=d2", { token: "reader" });

        expect(listed).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
        expect(compared).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
        expect(await cicdHandlers(services).getReleases(["shop", 10, undefined], socket)).toEqual({
            releases: [],
            nextCursor: null,
        });
    });

    it("are not compared with nothing", async () => {
        const { call } = await createRestApp();

        expect(await call("get", "/stacks/shop/releases/compare?from=d1")).toMatchObject({ status: 400 });
    });
});

describe("unpinning a stack", () => {
    it("needs the right to deploy, and is fine where it is not pinned", async () => {
        const { call, services, stores } = await createRestApp();
        await stores.stackStates.setPin("shop", undefined);

        expect(await call("delete", "/stacks/shop/pin", { token: "reader" })).toMatchObject({ status: 403 });
        expect(await call("delete", "/stacks/shop/pin", { token: "deployer" })).toMatchObject({
            status: 200,
            body: { ok: true },
        });
        expect(await cicdHandlers(services).unpinStack(["shop"], socket)).toEqual({});
    });
});
