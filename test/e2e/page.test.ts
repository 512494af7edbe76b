import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser, picture, pictures } from "../support/browser.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { sampleApp } from "../support/sample-app.ts";
import { admin, freePort, startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `page-${process.pid}`;
const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";

/** Somebody who comes back, and whose server goes away for a while; each step stands on the one before. */
describe.skipIf(!hasBrowser)("a stack from Git in the browser", () => {
    let server: TestServer;
    let repository: WorkRepository;
    let browser: Browser;
    let page: Page;

    async function lineNumbers(): Promise<readonly string[]> {
        return page.locator(".log-row .log-number").allTextContents();
    }

    beforeAll(async () => {
        server = await startServer();
        repository = await createWorkRepository();
        await repository.commit(sampleApp({ port: await freePort(), version: "one" }), "Say one");
        const opened = await openBrowser();
        if (opened === undefined) {
            throw new Error("no browser");
        }
        browser = opened;
        page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    });

    afterAll(async () => {
        await browser.close();
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    it("lets nobody in with a wrong password, and says so beside the field", async () => {
        await page.goto(server.url);
        await page.getByLabel("User name").fill(admin.username);
        await page.getByLabel("Password").fill("wrong");
        await page.getByRole("button", { name: "Log in" }).click();
        await page.getByText("Wrong user name or password.").waitFor();
        await picture(page, "login");

        await page.getByLabel("Password").fill(admin.password);
        await page.getByRole("button", { name: "Log in" }).click();

        await page.getByRole("heading", { name: "From a git push to a running stack" }).waitFor();
    });

    it("makes a stack out of a repository and deploys it", async () => {
        await page.getByRole("link", { name: "New stack from Git" }).first().click();
        await page.getByLabel("Address").fill(repository.url);
        await page.getByLabel("Stack name").fill(stack);
        await page.getByRole("button", { name: "Test connection" }).click();
        await page.getByText("1 branch found").waitFor();
        await page.getByRole("button", { name: "Connect", exact: true }).click();
        await page.getByRole("button", { name: "Deploy now" }).click();
        await page.getByRole("button", { name: "Cancel" }).waitFor();

        await page.getByText("successful", { exact: true }).first().waitFor({ timeout: 90_000 });
    });

    it("goes on with the log after the server was killed, each line once and in order", async () => {
        await page.getByRole("button", { name: "Redeploy" }).click();
        await page.getByRole("button", { name: "Cancel" }).waitFor();
        await page.locator(".log-row").first().waitFor();
        await server.kill();
        await page.getByText("The connection to the server is lost.").waitFor();
        await server.start();

        await page.getByText("successful", { exact: true }).first().waitFor({ timeout: 90_000 });

        const numbers = (await lineNumbers()).map(Number);
        expect(numbers.length).toBeGreaterThan(5);
        expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
        await picture(page, "after-restart");
    });

    it("shows what was changed by hand, and puts it back", async () => {
        const folder = join(server.stacksDirectory, stack);
        await page.goto(`${server.url}/compose/${stack}`);
        await page.getByText("Runs what its commit says").waitFor();
        await picture(page, "in-sync");
        await writeFile(join(folder, "settings.conf"), "level=2\n# by hand\n");
        await writeFile(join(folder, "web/Dockerfile"), "FROM scratch\n");
        await docker("rm", "-f", await containerOf(stack, "api"));

        await page.getByRole("button", { name: "Check again" }).click();
        await page.getByRole("heading", { name: "Changed by hand" }).waitFor();
        await page.getByRole("button", { name: "settings.conf" }).click();
        const removed = page.locator(".diff-line.removed .diff-text").first();
        expect(await removed.textContent()).toBe("level=1");
        await pictures(page, "drift");
        await page.setViewportSize({ width: 360, height: 740 });
        const width = await page.evaluate("document.documentElement.scrollWidth");
        expect(width).toBe(360);
        await page.setViewportSize({ width: 1400, height: 1000 });

        await page.getByRole("button", { name: "Restore" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
        await page.getByText("Restored what is live").waitFor();
        const settings = (): Promise<string> => readFile(join(folder, "settings.conf"), "utf8");
        await expect.poll(settings, { timeout: 60_000 }).toBe("level=1\n");

        await page.goto(`${server.url}/compose/${stack}`);
        await page.getByText("Runs what its commit says").waitFor();
    });
});
