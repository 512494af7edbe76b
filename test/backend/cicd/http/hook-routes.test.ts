import { beforeEach, describe, expect, it } from "vitest";
import type { HookAccess } from "../../../../common/schema/repository-hook.ts";
import type { HookApi, HookTarget } from "../../../../backend/cicd/core/hook-api.ts";
import { cicdHandlers } from "../../../../backend/cicd/socket/events.ts";
import { admin } from "../../../support/edge.ts";
import { newRepository } from "../../../support/records.ts";
import { createRestApp, type RestApp } from "../../../support/rest-app.ts";

const path = "/stacks/web/repository/hook";
const socket = { caller: admin, socketId: "s1", emit: () => undefined, onDisconnect: () => undefined };

/** A provider that has at most one hook, and remembers who asked. */
function playedProvider() {
    const asked: HookTarget["credentials"][] = [];
    let url: string | undefined;
    const hook = () => ({ id: "1", url: url ?? "", active: true });
    const api: HookApi = {
        async find({ credentials }, isOurs) {
            asked.push(credentials);
            return url !== undefined && isOurs(url) ? [hook()] : [];
        },
        async create(_target, wanted) {
            url = wanted.url;
            return hook();
        },
        update: async () => hook(),
        async remove() {
            url = undefined;
        },
    };
    return { api, asked };
}

describe("the webhook at the provider", () => {
    let app: RestApp;
    let asked: HookTarget["credentials"][];

    beforeEach(async () => {
        const played = playedProvider();
        asked = played.asked;
        app = await createRestApp();
        Object.assign(app.ports, { hookApis: new Map([["github", played.api]]) });
        await app.stores.repositories.save(
            newRepository({ authType: "http_token", credentials: { username: "ada", token: "stored" } }),
        );
    });

    it("is told, made and removed over REST", async () => {
        expect(await app.call("get", path)).toMatchObject({ status: 200, body: { supported: true, installed: false } });
        expect(await app.call("post", path)).toMatchObject({
            status: 200,
            body: { installed: true, current: true, stack: "web" },
        });
        expect(await app.call("get", path)).toMatchObject({ body: { installed: true, active: true } });
        expect(await app.call("delete", path)).toMatchObject({ status: 200, body: { installed: false } });
        expect(asked).toEqual(Array.from({ length: 4 }, () => ({ username: "ada", token: "stored" })));
    });

    it("takes a token for this once", async () => {
        const body: HookAccess = { token: "once" };
        await app.call("post", path, { body });
        await app.call("delete", path, { body });
        expect(asked).toEqual([{ token: "once" }, { token: "once" }]);
        expect(await app.call("post", path, { body: { token: "once", more: 1 } })).toMatchObject({ status: 400 });
    });

    it("needs the right to edit, and a connected stack", async () => {
        for (const method of ["get", "post", "delete"] as const) {
            expect(await app.call(method, path, { token: "reader" })).toMatchObject({ status: 403 });
            expect(await app.call(method, "/stacks/none/repository/hook")).toMatchObject({ status: 404 });
        }
    });

    it("is a socket event, too", async () => {
        const handlers = cicdHandlers(app.services);
        expect(await handlers.createRepositoryHook(["web", { token: "once" }], socket)).toMatchObject({
            hook: { installed: true },
        });
        expect(await handlers.getRepositoryHook(["web", undefined], socket)).toMatchObject({
            hook: { installed: true },
        });
        expect(await handlers.removeRepositoryHook(["web", undefined], socket)).toEqual({
            hook: { supported: true, installed: false },
        });
    });
});
