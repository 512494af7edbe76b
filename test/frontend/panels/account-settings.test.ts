import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import { registerIcons } from "../../../frontend/src/icons.ts";
import LoginForm from "../../../frontend/src/panels/account/LoginForm.vue";
import AgentsPanel from "../../../frontend/src/panels/settings/AgentsPanel.vue";
import LoginLength from "../../../frontend/src/panels/settings/LoginLength.vue";
import SessionsPanel from "../../../frontend/src/panels/settings/SessionsPanel.vue";
import TwoFactorPanel from "../../../frontend/src/panels/settings/TwoFactorPanel.vue";
import { button, described, field } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";
import { minutesAgo } from "../support/page-fixtures.ts";

beforeAll(registerIcons);

const wrongCode = { ok: false, msg: "authInvalidToken", msgi18n: true };

describe("logging in", () => {
    async function open() {
        const mounted = await mountConnected(LoginForm);
        const { wrapper } = mounted;
        async function submit(): Promise<void> {
            await wrapper.find("form").trigger("submit");
            await flushPromises();
        }
        await field(wrapper, "User name").setValue(" admin ");
        await field(wrapper, "Password").setValue("secret1");
        return { ...mounted, submit };
    }

    it("asks for the code in a step of its own, which has the focus", async () => {
        const { wrapper, transport, submit } = await open();
        transport.answerAll("login", () => ({ tokenRequired: true }));

        await submit();

        expect(document.activeElement).toBe(field(wrapper, "Code").element);
        expect(field(wrapper, "Code").attributes("autocomplete")).toBe("one-time-code");
        expect(wrapper.findAll("[role=alert]")).toHaveLength(0);
    });

    it("says of a wrong code that it is one, and keeps the step", async () => {
        const { wrapper, transport, submit } = await open();
        transport.answerAll("login", () => ({ tokenRequired: true }));
        await submit();
        transport.answerAll("login", () => wrongCode);
        await field(wrapper, "Code").setValue(" 123 456 ");

        await submit();

        expect(transport.sentAs("login")[1]?.args).toMatchObject([{ username: "admin", token: "123 456" }]);
        expect(described(wrapper, "Code")).toContain("This code is wrong or was used already.");
    });

    it("says to wait after too many attempts", async () => {
        const { wrapper, transport, submit } = await open();
        transport.answerAll("login", () => ({ ok: false, msg: "Too frequently, try again later.", msgi18n: true }));

        await submit();

        expect(described(wrapper, "Password")).toContain("Too many attempts. Wait a minute, then try again.");
    });
});

describe("two-factor login", () => {
    it("is switched on in three calls with the same password, and shows the codes until they are kept", async () => {
        const { wrapper, transport } = await mountConnected(TwoFactorPanel, {
            answers: {
                twoFAStatus: { status: false, recoveryCodesLeft: 0 },
                prepare2FA: { uri: "otpauth://totp/x?secret=ABCDEFGH", secret: "ABCDEFGH" },
                verifyToken: { valid: true },
                save2FA: { msg: "2faEnabled", msgi18n: true, recoveryCodes: ["aaaa-bbbb", "cccc-dddd"] },
            },
        });
        await button(wrapper, "Set up").trigger("click");
        await field(wrapper, "Current password").setValue("secret1");
        await wrapper.find("form").trigger("submit");
        await flushPromises();
        expect(field(wrapper, "Secret").element.value).toBe("ABCDEFGH");
        expect(wrapper.find("svg[role=img]").attributes("aria-label")).toBe("QR code of the secret");
        await field(wrapper, "Code").setValue("123456");
        await wrapper.find("form").trigger("submit");
        await flushPromises();

        expect(transport.sentAs("verifyToken")[0]?.args).toEqual(["123456", "secret1"]);
        expect(transport.sentAs("save2FA")[0]?.args).toEqual(["secret1"]);
        expect(wrapper.findAll(".recovery-codes li").map((code) => code.text())).toEqual(["aaaa-bbbb", "cccc-dddd"]);
        await button(wrapper, "I have kept them").trigger("click");
        expect(wrapper.text()).not.toContain("aaaa-bbbb");
    });

    it("is not switched on by a code that does not fit", async () => {
        const { wrapper, transport } = await mountConnected(TwoFactorPanel, {
            answers: {
                twoFAStatus: { status: false, recoveryCodesLeft: 0 },
                prepare2FA: { uri: "otpauth://totp/x?secret=ABCDEFGH", secret: "ABCDEFGH" },
                verifyToken: { valid: false },
            },
        });
        await button(wrapper, "Set up").trigger("click");
        await wrapper.find("form").trigger("submit");
        await flushPromises();
        await wrapper.find("form").trigger("submit");
        await flushPromises();

        expect(described(wrapper, "Code")).toContain("This code does not fit.");
        expect(transport.sentAs("save2FA")).toHaveLength(0);
    });

    it("warns when few recovery codes are left", async () => {
        const answers = { twoFAStatus: { status: true, recoveryCodesLeft: 1 } };
        const { wrapper } = await mountConnected(TwoFactorPanel, { answers });

        expect(wrapper.find(".tone-warning").text()).toBe("One recovery code is left");
    });
});

describe("the logins", () => {
    const one = {
        id: "s1",
        current: false,
        createdAt: minutesAgo(90),
        lastUsedAt: minutesAgo(5),
        address: "10.0.0.9",
        userAgent: "curl/8.5.0",
    };
    const sessions = [one, { ...one, id: "s2", current: true, lastUsedAt: minutesAgo(9), userAgent: "" }];

    it("are listed, the own first and without a button that ends it", async () => {
        const { wrapper } = await mountConnected(SessionsPanel, { answers: { getSessions: { sessions } } });
        const [own, other] = wrapper.findAll("li");

        expect(own?.text()).toMatch(/Unknown device.*this one.*10\.0\.0\.9.*9 minutes ago/s);
        expect(own?.find("button").exists()).toBe(false);
        expect(other?.text()).toMatch(/curl.*5 minutes ago/s);
    });

    it("are ended one by one", async () => {
        const answers = { getSessions: { sessions }, revokeSession: {} };
        const { wrapper, transport } = await mountConnected(SessionsPanel, { answers });

        await button(wrapper, "End the login of curl").trigger("click");
        await flushPromises();

        expect(transport.sentAs("revokeSession")[0]?.args).toEqual(["s1"]);
        expect(transport.sentAs("getSessions")).toHaveLength(2);
    });
});

it("how long logins last is kept where it is an unusual number, and can be set to never", async () => {
    const answers = { getServerSettings: { settings: { sessionDays: 12 } }, saveServerSettings: {} };
    const { wrapper, transport } = await mountConnected(LoginLength, { answers });
    const select = wrapper.find("select");
    expect(select.element.selectedOptions[0]?.textContent.trim()).toBe("after 12 days");

    select.element.selectedIndex = 0;
    await select.trigger("change");
    await wrapper.find("form").trigger("submit");
    await flushPromises();

    expect(transport.sentAs("saveServerSettings")[0]?.args).toEqual([{ sessionDays: null }]);
});

describe("the other servers", () => {
    const entry = { url: "http://10.0.0.5:5001", username: "root", endpoint: "10.0.0.5:5001", name: "Attic" };
    const agentList = { "10.0.0.5:5001": { ...entry, updatedName: "" } };

    it("say how they are reached, and why not", async () => {
        const { wrapper, transport } = await mountConnected(AgentsPanel);
        transport.push("agentList", { agentList });
        transport.push("agentStatus", { endpoint: "10.0.0.5:5001", status: "offline", msg: "It refuses the password" });
        await flushPromises();

        expect(wrapper.text()).toMatch(/Attic.*http:\/\/10\.0\.0\.5:5001.*root.*offline.*It refuses the password/s);
    });

    it("are added only with a whole address; what the server says stands at its field", async () => {
        const { wrapper, transport } = await mountConnected(AgentsPanel);
        transport.push("agentList", { agentList: {} });
        await flushPromises();
        await button(wrapper, "Add server").trigger("click");
        await field(wrapper, "Address").setValue("nowhere");
        await field(wrapper, "User name").setValue("root");
        await field(wrapper, "Password").setValue("secret1");
        await wrapper.find("form").trigger("submit");
        await flushPromises();
        expect(described(wrapper, "Address")).toContain("Give the address of the other server");
        expect(transport.sentAs("addAgent")).toHaveLength(0);

        transport.answerAll("addAgent", () => ({ ok: false, code: "invalid", msg: "url: nobody answers there" }));
        await field(wrapper, "Address").setValue("http://10.0.0.5:5001");
        await wrapper.find("form").trigger("submit");
        await flushPromises();

        expect(described(wrapper, "Address")).toContain("Nobody answers there");
    });
});
