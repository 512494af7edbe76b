import { flushPromises } from "@vue/test-utils";
import { describe, expect, it } from "vitest";
import { createTokenStore } from "../../../frontend/src/composables/token-store.ts";
import { createSession } from "../../../frontend/src/composables/useSession.ts";
import { createSocketClient } from "../../../frontend/src/socket/client.ts";
import { createFakeTransport } from "../support/fake-transport.ts";

const adminToken = `x.${btoa(JSON.stringify({ username: "admin" }))}.x`;

function setUp(stored?: string) {
    localStorage.clear();
    sessionStorage.clear();
    if (stored !== undefined) {
        localStorage.setItem("token", stored);
    }
    const transport = createFakeTransport();
    const reloads: string[] = [];
    const tokens = createTokenStore(localStorage, sessionStorage);
    const session = createSession(createSocketClient(transport), tokens, () => reloads.push("reload"));
    return { transport, session, reloads };
}

describe("the session", () => {
    it("asks for a login when nobody was remembered", async () => {
        const { transport, session } = setUp();
        transport.answerAll("needSetup", () => ({ ok: true, needSetup: false }));

        transport.connect();
        await flushPromises();

        expect(session.state.value).toBe("login");
    });

    it("asks for the first user, and for the code where the server wants it", async () => {
        const { transport, session } = setUp();
        transport.answerAll("needSetup", () => ({ ok: true, needSetup: true, codeRequired: true }));

        transport.connect();
        await flushPromises();

        expect(session.state.value).toBe("setup");
        expect(session.codeRequired.value).toBe(true);
    });

    it("sends the code as the third argument of the set-up, then logs in", async () => {
        const { transport, session } = setUp();
        transport.answerAll("setup", () => ({ ok: true }));
        transport.answerAll("login", () => ({ ok: true, token: adminToken }));
        transport.connect();

        await session.setUp("admin", "secret1", "123-456");

        expect(transport.sentAs("setup")[0]?.args).toEqual(["admin", "secret1", "123-456"]);
        expect(session.state.value).toBe("in");
    });

    it("logs in by the remembered token after each connect, and counts it", async () => {
        const { transport, session } = setUp(adminToken);
        transport.answerAll("loginByToken", () => ({ ok: true }));

        transport.connect();
        await flushPromises();
        transport.disconnect();
        transport.connect();
        await flushPromises();

        expect(session.state.value).toBe("in");
        expect(session.epoch.value).toBe(2);
        expect(session.username.value).toBe("admin");
    });

    it("forgets a token that is refused", async () => {
        const { transport, session } = setUp("old");
        transport.answerAll("loginByToken", () => ({ ok: false, msg: "authInvalidToken", msgi18n: true }));

        transport.connect();
        await flushPromises();

        expect(session.state.value).toBe("login");
        expect(localStorage.getItem("token")).toBeNull();
    });

    it("keeps the token when the connection is lost before the answer", async () => {
        const { transport } = setUp(adminToken);

        transport.connect();
        transport.disconnect();
        await flushPromises();

        expect(localStorage.getItem("token")).toBe(adminToken);
    });

    it.each([
        [true, localStorage],
        [false, sessionStorage],
    ])("remembers (%s) in the right place", async (remember, storage) => {
        const { transport, session } = setUp();
        transport.answerAll("login", () => ({ ok: true, token: adminToken }));
        transport.connect();

        await session.login("admin", "secret1", remember);

        expect(storage.getItem("token")).toBe(adminToken);
    });

    it("loads the page anew when the server's version changes", () => {
        const { transport, reloads } = setUp();

        transport.push("info", { version: "1.5.0" });
        transport.push("info", { version: "1.5.0" });
        expect(reloads).toEqual([]);
        transport.push("info", { version: "1.6.0" });

        expect(reloads).toEqual(["reload"]);
    });

    it("tells that the login wants a code, and sends it", async () => {
        const { transport, session } = setUp();
        transport.answerAll("needSetup", () => ({ ok: true, needSetup: false }));
        transport.answerAll("login", ([given]) =>
            JSON.stringify(given).includes("token") ? { ok: true, token: adminToken } : { tokenRequired: true },
        );
        transport.connect();
        await flushPromises();

        await expect(session.login("admin", "secret1", true)).rejects.toMatchObject({ code: "token_required" });
        expect(session.state.value).toBe("login");
        await session.login("admin", "secret1", true, "123 456");

        expect(transport.sentAs("login")[1]?.args).toEqual([
            { username: "admin", password: "secret1", token: "123 456" },
        ]);
        expect(session.state.value).toBe("in");
    });

    it("lets everybody in where login is switched off, a browser with an old token too, until it is on again", async () => {
        const { transport, session } = setUp(adminToken);
        transport.answerAll("loginByToken", () => ({ ok: false, msg: "authInvalidToken", msgi18n: true }));
        transport.answerAll("needSetup", () => ({ ok: true, needSetup: false }));
        transport.connect();
        transport.push("autoLogin");
        await flushPromises();
        expect([session.state.value, session.loginOff.value]).toEqual(["in", true]);

        transport.disconnect();
        transport.connect();
        await flushPromises();

        expect([session.state.value, session.loginOff.value]).toEqual(["login", false]);
    });

    it("keeps the new token of a changed password where the old one was", async () => {
        const { transport, session } = setUp(adminToken);
        transport.answerAll("loginByToken", () => ({ ok: true }));
        transport.answerAll("changePassword", () => ({ ok: true, token: "x.new.x" }));
        transport.connect();
        await flushPromises();

        await session.changePassword("secret1", "secret2");

        expect(localStorage.getItem("token")).toBe("x.new.x");
    });
});
