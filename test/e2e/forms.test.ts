import { dirname } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pictures } from "../support/browser.ts";
import { removeStack } from "../support/docker.ts";
import { logInPage } from "../support/logged-in.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, smallApp } from "../support/small-app.ts";
import { findSshd, pathWith, type SshServer, startSshServer } from "../support/ssh-server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const sshd = await findSshd();
const stack = `forms-${process.pid}`;
const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";

/** Somebody with a private repository who never writes a command; each step stands on the one before. */
describe.skipIf(!hasBrowser || sshd === undefined)("a private repository, set up in the browser", () => {
    let server: TestServer;
    let repository: WorkRepository;
    let git: SshServer;
    let browser: Browser;
    let page: Page;
    let port: number;
    let problems: readonly string[];

    async function openStack(): Promise<void> {
        await page.goto(`${server.url}/compose/${stack}`);
        await page.getByRole("heading", { name: "Automatic deployments" }).waitFor();
        await page.getByLabel("Tags", { exact: true }).and(page.getByRole("textbox")).waitFor();
    }

    function section(title: string) {
        return page.locator("section").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
    }

    beforeAll(async () => {
        if (sshd === undefined) {
            throw new Error("there is no sshd");
        }
        server = await startServer({ CICD_ALLOW_FILE_GIT: "false", PATH: pathWith(sshd) });
        repository = await createWorkRepository();
        git = await startSshServer(sshd, dirname(repository.bareDirectory));
        port = await freePort();
        await repository.commit(smallApp({ port, version: "one" }), "feat: the first version");
        ({ browser, page, problems } = await logInPage(server));
    });

    afterAll(async () => {
        await browser.close();
        await server.stop();
        await git.close();
        await removeStack(stack);
        await repository.remove();
    });

    it("turns an address into the form that the access needs", async () => {
        await page.getByRole("link", { name: "New stack from Git" }).first().click();
        await page.getByLabel("Address").fill("https://github.com/you/app.git");
        await page.getByLabel("Access").selectOption("ssh_key");
        await page.getByText("An SSH key opens SSH addresses only.").waitFor();
        await pictures(page, "forms-address");
        await page.getByRole("button", { name: "Use git@github.com:you/app.git" }).click();
        expect(await page.getByLabel("Address").inputValue()).toBe("git@github.com:you/app.git");

        await page.getByLabel("Paste a private key").check();
        await page.getByLabel("Private key", { exact: true }).waitFor();
        await pictures(page, "forms-paste-key");
        await page.getByLabel("Access").selectOption("http_token");
        await page.getByText("Fine-grained tokens").waitFor();
        await pictures(page, "forms-token");
    });

    it("has a key made, and says where it goes before it is asked for the branch", async () => {
        await page.getByLabel("Access").selectOption("ssh_key");
        await page.getByLabel("Make a key for me").check();
        await page.getByLabel("Address").fill(git.url("app.git"));
        await page.getByLabel("Stack name").fill(stack);
        await page.getByRole("button", { name: "Make the key" }).click();
        await page.getByText("Register its public half").waitFor();
        expect(await page.getByLabel("Fingerprint of the git server's key", { exact: true }).inputValue()).toBe(
            await git.fingerprint(),
        );

        await page.getByRole("button", { name: "Test connection" }).click();
        await page.getByText("the git server refused the SSH key").waitFor();
        await pictures(page, "forms-key");
    });

    it("goes on once the key is registered, and deploys", async () => {
        await git.authorize(await page.getByLabel("Public key", { exact: true }).inputValue());
        await page.getByRole("button", { name: "Test connection" }).click();
        await page.getByText("1 branch found").waitFor();
        await pictures(page, "forms-branch");
        await page.getByRole("button", { name: "Connect", exact: true }).click();
        await page.getByRole("button", { name: "Deploy now" }).click();

        await page.getByText("successful", { exact: true }).first().waitFor({ timeout: 90_000 });
        expect(await answerOn(port)).toBe("one");
    });

    it("keeps tags, paths, polling and a schedule, typed with the keyboard alone", async () => {
        await openStack();
        await page.getByRole("textbox", { name: "Tags" }).focus();
        await page.keyboard.type("v[0-9");
        await page.getByText("not a valid regular expression").waitFor();
        await page.keyboard.type(".]+");
        await page.keyboard.press("Enter");
        await page.keyboard.type("release-.+");
        await page.keyboard.press("Enter");
        await page.getByRole("textbox", { name: "Paths" }).focus();
        await page.keyboard.type("web/**");
        await page.keyboard.press("Enter");
        await page.getByRole("switch", { name: "Look for new commits by itself" }).focus();
        await page.keyboard.press("Space");
        await page.getByLabel("Every … minutes").fill("0.1");
        await page.getByRole("button", { name: "Weekly" }).focus();
        await page.keyboard.press("Enter");
        await page.getByLabel("Time zone").selectOption("Europe/Berlin");
        const save = section("Automatic deployments").getByRole("button", { name: "Save" });
        await save.click();
        await page.getByText("Give between 0.5 and 1440 minutes.").waitFor();
        await pictures(page, "forms-triggers-error");
        await page.getByLabel("Every … minutes").fill("15");
        await save.click();
        await page.getByText("Automatic deployments saved").waitFor();

        await openStack();
        await page.getByText("release-.+", { exact: true }).waitFor();
        await page.getByText("web/**", { exact: true }).waitFor();
        expect(await page.getByLabel("Every … minutes").inputValue()).toBe("15");
        expect(await page.getByRole("textbox", { name: "Schedule" }).inputValue()).toBe("0 4 * * SUN");
        expect(await page.getByLabel("Time zone").inputValue()).toBe("Europe/Berlin");
        await page.getByText(/^Next: Sunday/).waitFor();
        await pictures(page, "forms-triggers");
    });

    it("puts what the server says about the schedule at its field", async () => {
        await page.getByRole("textbox", { name: "Schedule" }).fill("0 0 31 2 *");
        await section("Automatic deployments").getByRole("button", { name: "Save" }).click();
        await page.getByRole("alert").getByText("never comes").waitFor();
        expect(await page.getByRole("textbox", { name: "Schedule" }).getAttribute("aria-invalid")).toBe("true");
        await section("Automatic deployments").getByRole("button", { name: "Discard" }).click();
    });

    it("shows what a commit would change before it is deployed", async () => {
        await page.getByRole("button", { name: "Remove web/**" }).click();
        // What is looked for by hand below is not to be found by the clock before.
        await page.getByRole("switch", { name: "Look for new commits by itself" }).uncheck();
        await section("Automatic deployments").getByRole("button", { name: "Save" }).click();
        await page.getByText("Automatic deployments saved").waitFor();
        await repository.commit(smallApp({ port, version: "two" }), "feat: the second version");
        await section("Repository").getByRole("button", { name: "What would change" }).click();
        await section("Repository").getByText("recreated", { exact: true }).waitFor({ timeout: 60_000 });
        await section("Repository").getByText("compose.yaml", { exact: true }).waitFor();
        await pictures(page, "forms-preview");
    });

    it("finds the commit when it is told to look now", async () => {
        await page.getByRole("button", { name: "Check now" }).click();
        await page.getByText(/New commit [0-9a-f]{7}: it is being deployed\./).waitFor();
        await page.getByRole("link", { name: "See the deployment" }).click();
        await page.waitForURL(/\/deployments\//);

        await page.getByText("Deployed: every service runs this release.").waitFor({ timeout: 90_000 });
        expect(await answerOn(port)).toBe("two");
        await openStack();
        await page.getByRole("button", { name: "Check now" }).click();
        await page.getByText(/^Nothing to deploy at [0-9a-f]{7}: /).waitFor();
    });

    it("warns when the git server shows another key, and goes on once that is accepted", async () => {
        const before = await git.fingerprint();
        const offered = await git.changeHostKey();
        await section("Repository").getByRole("button", { name: "Test connection" }).click();
        const warning = page.getByRole("alert").filter({ hasText: "shows another key than before" });
        await warning.getByText(before).waitFor();
        await warning.getByText(offered).waitFor();
        await pictures(page, "forms-host-key");
        await warning.getByRole("button", { name: "Accept the new key" }).click();
        await page.getByRole("dialog").getByText("posing as it").waitFor();
        await pictures(page, "forms-host-key-question");
        await page.getByRole("dialog").getByRole("button", { name: "Accept the new key" }).click();

        await page.getByText("Connected: 1 branch").waitFor();
        expect(await warning.count()).toBe(0);
        await section("Repository").getByText(offered, { exact: true }).waitFor();
        await page.getByRole("button", { name: "Deploy key and server key" }).click();
        await pictures(page, "forms-repository");
    });

    it("keeps the key when the connection is edited, and fits a phone", async () => {
        await page.getByRole("link", { name: "Edit" }).click();
        expect(await page.getByLabel("Keep the stored key").isChecked()).toBe(true);
        await pictures(page, "forms-edit");
        await page.getByRole("button", { name: "Test connection" }).click();
        await page.getByText("1 branch found").waitFor();

        await page.setViewportSize({ width: 360, height: 740 });
        for (const [path, sign] of [
            [`/compose/${stack}`, "Automatic deployments"],
            [`/compose/${stack}/repository`, "Keep the stored key"],
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
