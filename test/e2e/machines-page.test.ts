import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { picture, pictures } from "../support/browser.ts";
import { removeStack } from "../support/docker.ts";
import { logInPage } from "../support/logged-in.ts";
import { type RemoteHost, startRemoteHost } from "../support/remote-host.ts";
import { createRest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { smallApp } from "../support/small-app.ts";
import { makeSshKey } from "../support/ssh-keys.ts";
import { findSshd } from "../support/ssh-server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const sshd = await findSshd();
const stack = `machines-${process.pid}`;
const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";

/** Somebody with a second machine who never writes a command but the one that lets a key in; each step stands on the one before. */
describe.skipIf(!hasBrowser || sshd === undefined)("machines, set up in the browser", () => {
    let host: RemoteHost;
    let server: TestServer;
    let repository: WorkRepository;
    let browser: Browser;
    let page: Page;
    let problems: readonly string[];

    function machine(name: string): Locator {
        return page.getByRole("article").filter({ has: page.getByRole("heading", { name, exact: true }) });
    }

    async function openMachines(): Promise<void> {
        await page.goto(`${server.url}/targets`);
        await page.getByRole("heading", { name: "Machines" }).waitFor();
    }

    async function openSettings(): Promise<Locator> {
        await page.goto(`${server.url}/compose/${stack}`);
        const build = page
            .locator("section")
            .filter({ has: page.getByRole("heading", { name: "Build", exact: true }) });
        await build.getByText("Add or change machines").waitFor();
        return build;
    }

    async function add(name: string, username: string): Promise<void> {
        await page.getByRole("button", { name: "Add machine" }).click();
        await page.getByLabel("Name").fill(name);
        await page.getByLabel("Host").fill(host.address);
        await page.getByLabel("SSH port").fill(String(host.port));
        await page.getByLabel("User", { exact: true }).fill(username);
        await page.getByLabel("Stacks directory").fill(host.stacks);
    }

    beforeAll(async () => {
        host = await startRemoteHost();
        server = await startServer();
        repository = await createWorkRepository();
        await repository.commit(smallApp({ port: await freePort(), version: "one" }), "feat: the first version");
        const { url } = repository;
        await createRest(server).connect(stack, { url, branch: "main", provider: "generic", authType: "none" }, {});
        ({ browser, page, problems } = await logInPage(server));
    });

    afterAll(async () => {
        await browser.close();
        await server.stop();
        await host.close();
        await removeStack(stack);
        await repository.remove();
    });

    it("are found in the menu, and say what to do while there is none", async () => {
        await page.getByRole("button", { name: "Account" }).click();
        await picture(page, "machines-menu");
        await page.getByRole("menuitem", { name: "Settings" }).click();
        await page.getByRole("link", { name: "Machines" }).click();
        await page.getByText("Without one, every stack runs on this machine.").waitFor();
        await pictures(page, "machines-empty");
    });

    it("have a key made, and show the line that lets it in", async () => {
        await add("attic", "deployer");
        await pictures(page, "machines-add");
        await page.getByRole("button", { name: "Save" }).click();
        await page.getByText("Let it in on the machine, then test the connection.").waitFor();
        expect(await page.getByRole("textbox", { name: "Or run this there, as deployer" }).inputValue()).toContain(
            "authorized_keys",
        );
        await pictures(page, "machines-key");
    });

    it("are not looked for in one's own network until that is allowed", async () => {
        await machine("attic").getByRole("button", { name: "Test" }).click();
        await machine("attic").getByRole("status").getByText("switch on Allow a private address").waitFor();
        await pictures(page, "machines-private");
        await machine("attic").getByRole("button", { name: "Edit" }).click();
        expect(await page.getByLabel("Keep the stored key").isChecked()).toBe(true);
        await page.getByRole("switch", { name: "Allow a private address" }).check();
        await page.getByRole("button", { name: "Save" }).click();

        await machine("attic").getByRole("button", { name: "Test" }).click();
        await machine("attic").getByRole("status").getByText("refuses this key").waitFor();
    });

    it("tell once the key is let in what they have: versions, disk, user and rights", async () => {
        await machine("attic").getByRole("button", { name: "Key for the machine" }).click();
        await host.authorize(
            await page.getByRole("textbox", { name: "Public key, the line" }).inputValue(),
            "deployer",
        );
        await machine("attic").getByRole("button", { name: "Test" }).click();
        const status = machine("attic").getByRole("status");
        await status.getByText("Stacks can be deployed there.").waitFor();

        expect(await status.innerText()).toMatch(
            /Docker Engine\s+\d+\..*Compose\s+v?\d+\..*\d [kMGT]B.*deployer.*can be written/s,
        );
        await machine("attic").getByText("SHA256:").waitFor();
        await pictures(page, "machines-good");
    });

    it("take a pasted key, and tell what is in the way with the way out", async () => {
        const key = await makeSshKey(["-t", "ed25519"]);
        await host.authorize(key.publicKey, "guest");
        await add("barn", "guest");
        await page.getByRole("switch", { name: "Allow a private address" }).check();
        await page.getByLabel("Paste a private key").check();
        await page.getByLabel("Private key", { exact: true }).fill("no key");
        await page.getByRole("button", { name: "Save" }).click();
        await page.getByRole("alert").first().waitFor();
        expect(await page.getByLabel("Private key", { exact: true }).getAttribute("aria-invalid")).toBe("true");
        await pictures(page, "machines-paste");
        await page.getByLabel("Private key", { exact: true }).fill(key.privateKey);
        await page.getByRole("button", { name: "Save" }).click();

        await machine("barn").getByRole("button", { name: "Test" }).click();
        await machine("barn").getByText("Add the user to the group docker").waitFor();
        await pictures(page, "machines-problems");
    });

    it("warn when they show another key, and go on once that is accepted", async () => {
        const before = await machine("attic").locator("dd", { hasText: "SHA256:" }).first().innerText();
        await host.changeHostKey();
        await machine("attic").getByRole("button", { name: "Test" }).click();
        const warning = machine("attic").getByRole("alert");
        await warning.getByText(before.trim()).waitFor();
        await pictures(page, "machines-host-key");
        await warning.getByRole("button", { name: "Accept the new key" }).click();
        await page.getByRole("dialog").getByText("posing as it").waitFor();
        await page.getByRole("dialog").getByRole("button", { name: "Accept the new key" }).click();

        await machine("attic").getByText("Stacks can be deployed there.").waitFor();
        expect(await warning.count()).toBe(0);
        expect(await machine("attic").getByText(before.trim()).count()).toBe(0);
    });

    it("are chosen for a stack and put in order, with the keyboard alone", async () => {
        const build = await openSettings();
        for (const name of ["attic", "barn"]) {
            await build.getByLabel("Add a machine").focus();
            await page.keyboard.type(name);
            await page.keyboard.press("Tab");
            await page.keyboard.press("Enter");
        }
        await build.getByRole("button", { name: "Move barn up" }).focus();
        await page.keyboard.press("Enter");
        await page.keyboard.press("Enter");
        await build.getByRole("button", { name: "Remove This machine" }).focus();
        await page.keyboard.press("Space");
        await build.getByRole("button", { name: "More settings" }).click();
        await build.getByRole("switch", { name: "Keep third-party images" }).check();
        await pictures(page, "machines-order");
        await build.getByRole("button", { name: "Save" }).click();
        await page.getByText("Build settings saved").waitFor();

        const again = await openSettings();
        const names = again.getByRole("list", { name: "Machines" }).getByRole("listitem");
        expect(await names.allInnerTexts()).toEqual(["1. barn", "2. attic"]);
        await again.getByRole("button", { name: "More settings" }).click();
        expect(await again.getByRole("switch", { name: "Keep third-party images" }).isChecked()).toBe(true);
    });

    it("change places by mouse too", async () => {
        const build = await openSettings();
        await build.getByRole("button", { name: "Move attic up" }).click();
        await build.getByRole("button", { name: "Remove barn" }).click();
        await build.getByRole("button", { name: "Save" }).click();
        await page.getByText("Build settings saved").waitFor();
    });

    it("can be deleted unless a stack runs there", async () => {
        await openMachines();
        await machine("attic").getByText(`used by ${stack}`).waitFor();
        expect(await machine("attic").getByRole("button", { name: "Delete" }).isDisabled()).toBe(true);
        await machine("barn").getByRole("button", { name: "Delete" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
        await machine("barn").waitFor({ state: "detached" });
        await pictures(page, "machines-used");
    });

    it("fit a phone", async () => {
        await page.setViewportSize({ width: 360, height: 740 });
        for (const [path, sign] of [
            ["/targets", "attic"],
            [`/compose/${stack}`, "Add or change machines"],
        ] as const) {
            await page.goto(`${server.url}${path}`);
            await page.getByText(sign, { exact: true }).first().waitFor();
            const overflow: unknown = await page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth",
            );
            expect({ path, overflow }).toEqual({ path, overflow: 0 });
        }
        expect(problems).toEqual([]);
    });
});
