import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Secret, TOTP } from "otpauth";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pictures } from "../support/browser.ts";
import { logInPage } from "../support/logged-in.ts";
import { admin, startServer, type TestServer } from "../support/server.ts";

const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";
const stepMilliseconds = 30_000;
const secondPassword = "battery-staple-2";

/** The settings, one after the other; each step stands on the one before. */
describe.skipIf(!hasBrowser)("the settings, in the browser", () => {
    let server: TestServer;
    let other: TestServer;
    let browser: Browser;
    let page: Page;
    let problems: readonly string[];
    let secret = "";
    let usedStep = 0;
    let recoveryCode = "";

    /** A code that was not used yet: those of the next step are valid already. */
    function nextCode(): string {
        usedStep = Math.max(usedStep + 1, Math.floor(Date.now() / stepMilliseconds));
        return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: usedStep * stepMilliseconds });
    }

    async function open(name: string): Promise<void> {
        await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name, exact: true }).click();
        await page.getByRole("heading", { name, level: 1 }).waitFor();
    }

    async function logOut(): Promise<void> {
        await page.getByRole("button", { name: "Account" }).click();
        await page.getByRole("menuitem", { name: "Log out" }).click();
        await page.getByLabel("User name").waitFor();
    }

    async function typeLogin(password: string): Promise<void> {
        await page.getByLabel("User name").fill(admin.username);
        await page.getByLabel("Password").fill(password);
        await page.getByRole("button", { name: "Log in", exact: true }).click();
    }

    async function typeCode(code: string): Promise<void> {
        await page.getByLabel("Code").fill(code);
        await page.getByRole("button", { name: "Log in", exact: true }).click();
    }

    function section(name: string) {
        return page.getByRole("region", { name, exact: true });
    }

    beforeAll(async () => {
        [server, other] = await Promise.all([startServer(), startServer()]);
        ({ browser, page, problems } = await logInPage(server));
    });

    afterAll(async () => {
        await browser.close();
        await Promise.all([server.stop(), other.stop()]);
    });

    it("are in the account menu, and begin with the server's name", async () => {
        await page.getByRole("button", { name: "Account" }).click();
        await page.getByRole("menuitem", { name: "Settings" }).click();
        await page.getByRole("heading", { name: "General", level: 1 }).waitFor();
        await page.getByRole("button", { name: "Take from this address" }).click();
        expect(await page.getByLabel("Primary hostname").inputValue()).toBe("127.0.0.1");
        await pictures(page, "settings-general");

        await page.getByRole("link", { name: "About" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Back" }).click();
        await page.getByRole("button", { name: "Save" }).click();
        await page.getByText("Saved", { exact: true }).first().waitFor();
        await page.reload();

        await expect.poll(() => page.getByLabel("Primary hostname").inputValue()).toBe("127.0.0.1");
    });

    it("change colours and language at once, and keep them", async () => {
        await open("Appearance");
        await pictures(page, "settings-appearance");
        await page.getByLabel("Light", { exact: true }).check();
        await page.locator("body.light").waitFor();
        await page.getByLabel("Dark", { exact: true }).check();
        await page.locator("body.dark").waitFor();

        const languages = await page.getByLabel("Language").locator("option").allTextContents();
        expect(languages.map((text) => text.trim()).slice(0, 2)).toEqual(["As the browser", "English"]);
        if (languages.some((text) => text.includes("Deutsch"))) {
            await page.getByLabel("Language").selectOption("de");
            await page.locator("html[lang=de]").waitFor();
            await page.reload();
            await page.locator("html[lang=de] select").selectOption("en");
        }
        await page.getByLabel("Language").selectOption("en");
        await page.locator("html[lang=en]").waitFor();
    });

    it("switch two-factor login on with a real code, and show recovery codes once", async () => {
        await open("Security");
        const panel = section("Two-factor login");
        await panel.getByRole("button", { name: "Set up" }).click();
        await panel.getByLabel("Current password").fill(admin.password);
        await panel.getByRole("button", { name: "Next" }).click();
        secret = await panel.getByLabel("Secret", { exact: true }).inputValue();
        await panel.getByRole("img", { name: "QR code of the secret" }).waitFor();
        await panel.getByLabel("Code", { exact: true }).fill("000000");
        await panel.getByRole("button", { name: "Switch on" }).click();
        await panel.getByText("This code does not fit.").waitFor();
        await pictures(page, "settings-two-factor");

        await panel.getByLabel("Code", { exact: true }).fill(nextCode());
        await panel.getByRole("button", { name: "Switch on" }).click();
        await panel.getByText("Your recovery codes").waitFor();
        const codes = await panel.locator(".recovery-codes li").allTextContents();
        expect(codes.length).toBe(10);
        recoveryCode = codes[0] ?? "";
        await pictures(page, "settings-recovery");

        await panel.getByRole("button", { name: "I have kept them" }).click();
        await panel.getByText("10 recovery codes are left").waitFor();
    });

    it("then a login asks for the code, which may have spaces and counts once", async () => {
        await logOut();
        await typeLogin(admin.password);
        await page.getByRole("heading", { name: "Second factor" }).waitFor();
        expect(await page.evaluate("document.activeElement.autocomplete")).toBe("one-time-code");
        await typeCode("123456");
        await page.getByText("This code is wrong").waitFor();
        await pictures(page, "login-code");
        const code = nextCode();
        await typeCode(`${code.slice(0, 3)} ${code.slice(3)}`);
        await page.getByRole("button", { name: "Account" }).waitFor();

        await logOut();
        await typeLogin(admin.password);
        await typeCode(code);
        await page.getByText("This code is wrong").waitFor();
        await typeCode(recoveryCode);
        await page.getByRole("button", { name: "Account" }).waitFor();
        await page.goto(`${server.url}/settings/security`);
        await page.getByText("9 recovery codes are left").waitFor();
    });

    it("change the password, and this browser stays logged in", async () => {
        const form = page.locator("form", { has: page.getByRole("heading", { name: "Password" }) });
        await form.getByLabel("Current password").fill("wrong");
        await form.getByLabel("New password", { exact: true }).fill(secondPassword);
        await form.getByLabel("Repeat the new password").fill(secondPassword);
        await form.getByRole("button", { name: "Change password" }).click();
        await form.getByText("The current password is wrong.").waitFor();
        await form.getByLabel("Current password").fill(admin.password);
        await form.getByRole("button", { name: "Change password" }).click();
        await page.getByText("Password changed").waitFor();

        await page.reload();
        await page.getByRole("heading", { name: "Security" }).waitFor();
    });

    it("switch two-factor login off again", async () => {
        const panel = section("Two-factor login");
        await panel.getByRole("button", { name: "Switch off" }).click();
        await panel.getByLabel("Current password").fill(secondPassword);
        await panel.getByRole("button", { name: "Switch off" }).click();
        await panel.getByRole("button", { name: "Set up" }).waitFor();
    });

    it("end the logins of other browsers", async () => {
        const visitor = await browser.newContext();
        const elsewhere = await visitor.newPage();
        await elsewhere.goto(server.url);
        await elsewhere.getByLabel("User name").fill(admin.username);
        await elsewhere.getByLabel("Password").fill(secondPassword);
        await elsewhere.getByRole("button", { name: "Log in" }).click();
        await elsewhere.getByRole("button", { name: "Account" }).waitFor();

        await page.reload();
        const panel = section("Logins");
        await panel.getByText("this one").waitFor();
        await pictures(page, "settings-security");
        await panel.getByRole("button", { name: "End all others" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "End all others" }).click();

        await elsewhere.getByLabel("User name").waitFor();
        await expect.poll(() => panel.getByRole("listitem").count()).toBe(1);
        await visitor.close();
    });

    it("say how long logins last", async () => {
        const panel = section("How long a login lasts");
        await panel.getByLabel("Logins end").selectOption("30");
        await panel.getByRole("button", { name: "Save" }).click();
        await page.getByText("Saved", { exact: true }).first().waitFor();
        await page.reload();

        await expect.poll(() => panel.getByLabel("Logins end").inputValue()).toBe("30");
    });

    it("add another server, rename it and remove it", async () => {
        await open("Servers");
        await pictures(page, "settings-agents-none");
        await page.getByRole("button", { name: "Add server" }).click();
        await page.getByLabel("Address").fill("nowhere");
        await page.getByRole("button", { name: "Connect" }).click();
        await page.getByText("Give the address of the other server").waitFor();
        await page.getByLabel("Address").fill(other.url);
        await page.getByLabel("User name").fill(admin.username);
        await page.getByLabel("Password").fill("wrong");
        await page.getByRole("button", { name: "Connect" }).click();
        await page.getByRole("alert").first().waitFor();
        await pictures(page, "settings-agents-wrong");
        await page.getByLabel("Password").fill(admin.password);
        await page.getByRole("button", { name: "Connect" }).click();
        await page.getByText("online", { exact: true }).first().waitFor();

        await page.getByRole("button", { name: "Rename" }).click();
        await page.getByLabel("Name", { exact: true }).fill("Attic");
        await page.getByRole("button", { name: "Save" }).click();
        await page.getByRole("heading", { name: "Attic" }).waitFor();
        await pictures(page, "settings-agents");

        await page.getByRole("button", { name: "Remove" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
        await page.getByText("No other server yet").waitFor();
    });

    it("write the global variables to their file", async () => {
        await open("Global variables");
        const editor = page.getByRole("textbox", { name: "global.env" });
        await editor.click();
        await page.keyboard.press("Control+a");
        await page.keyboard.type("DOMAIN=example.org\n");
        await pictures(page, "settings-global-env");
        await page.getByRole("button", { name: "Save" }).click();
        await page.getByText("Saved", { exact: true }).first().waitFor();
        const file = join(server.stacksDirectory, "global.env");
        expect(await readFile(file, "utf8")).toContain("DOMAIN=example.org");

        await open("General");
        await page.getByLabel("Primary hostname").fill("example.org");
        await page.getByRole("button", { name: "Save" }).click();
        await expect.poll(() => page.getByRole("button", { name: "Discard" }).count()).toBe(0);
        expect(await readFile(file, "utf8")).toContain("DOMAIN=example.org");
    });

    it("tell about versions", async () => {
        await open("About");
        await page.getByText("This server asks nobody for updates").waitFor();
        await pictures(page, "settings-about");
    });

    it("have the pages for registries, machines and the disk in their menu", async () => {
        for (const [name, path] of [
            ["Registries", "/registries"],
            ["Machines", "/targets"],
            ["Disk", "/disk"],
        ] as const) {
            await open(name);
            expect(new URL(page.url()).pathname).toBe(path);
        }
    });

    it("switch login off, after which nobody is asked, and on again", async () => {
        await open("Security");
        const panel = section("Login of this server");
        await panel.getByRole("button", { name: "Switch login off" }).click();
        await panel.getByLabel("Current password").fill(secondPassword);
        await pictures(page, "settings-login-off");
        await panel.getByRole("button", { name: "Switch login off" }).click();
        await page.getByText("Login is switched off: everybody").waitFor();

        const visitor = await browser.newContext();
        const elsewhere = await visitor.newPage();
        await elsewhere.goto(`${server.url}/settings/security`);
        await elsewhere.getByRole("button", { name: "Account" }).click();
        expect(await elsewhere.getByRole("menuitem", { name: "Log out" }).count()).toBe(0);
        await elsewhere.keyboard.press("Escape");
        await elsewhere.getByRole("button", { name: "Switch login on" }).click();
        await elsewhere.getByLabel("User name").waitFor();
        await visitor.close();
    });

    it("leave no error in the browser, and fit a phone", async () => {
        await page.setViewportSize({ width: 360, height: 740 });
        for (const path of ["general", "appearance", "security", "agents", "global-env", "about"]) {
            await page.goto(`${server.url}/settings/${path}`);
            await page.getByRole("heading", { level: 1 }).waitFor();
            expect(await page.evaluate("document.documentElement.scrollWidth"), path).toBe(360);
        }
        expect(problems).toEqual([]);
    });
});
