import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser, pictures } from "../support/browser.ts";
import { removeStack } from "../support/docker.ts";
import { sampleApp } from "../support/sample-app.ts";
import { admin, freePort, startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `browser-${process.pid}`;
const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";

/** What a newcomer does, in the order that they do it. */
describe.skipIf(!hasBrowser)("a newcomer in the browser", () => {
    let server: TestServer;
    let repository: WorkRepository;
    let browser: Browser;
    let page: Page;
    let port: number;
    const problems: string[] = [];

    beforeAll(async () => {
        server = await startServer({ CICD_ADMIN_USERNAME: "", CICD_ADMIN_PASSWORD: "" });
        repository = await createWorkRepository();
        port = await freePort();
        await repository.commit(sampleApp({ port, version: "one" }), "feat: the first version");
        const opened = await openBrowser();
        if (opened === undefined) {
            throw new Error("no browser");
        }
        browser = opened;
        page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
        page.on("console", (message) => {
            if (message.type() === "error") {
                problems.push(message.text());
            }
        });
        page.on("pageerror", (error) => problems.push(error.message));
    });

    afterAll(async () => {
        await browser.close();
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    it("makes the first user", async () => {
        await page.goto(server.url);
        await page.getByLabel("User name").fill(admin.username);
        await page.getByLabel("Password", { exact: true }).fill(admin.password);
        await page.getByLabel("Repeat the password").fill(admin.password);
        await pictures(page, "setup");
        await page.getByRole("button", { name: "Create" }).click();

        await page.getByRole("link", { name: "New stack from Git" }).first().waitFor();
        await pictures(page, "home-empty");
    });

    it("creates a stack by hand", async () => {
        await page.goto(`${server.url}/compose`);
        await page.getByLabel("Stack name").fill(stack);
        await pictures(page, "new-stack");
        await page.getByRole("button", { name: "Save" }).click();

        await page.getByRole("heading", { level: 1 }).filter({ hasText: stack }).waitFor();
        await page.getByText("Connect repo").first().waitFor();
        await pictures(page, "stack-unconnected");
    });

    it("connects a repository to it", async () => {
        await page.getByText("Connect repo").first().click();
        await page.getByLabel("Address").fill(repository.url);
        await page.getByRole("button", { name: "Test connection" }).click();
        await page.getByLabel("Branch").waitFor();
        await pictures(page, "connect-branch");
        await page.getByRole("button", { name: "Connect", exact: true }).click();

        await page.getByText("Connected. One thing is left").waitFor();
        const address = await page.getByLabel("Webhook address").first().inputValue();
        expect(address).toContain(`${server.url}/api/webhooks/`);
        await pictures(page, "connect-webhook");
    });

    it("deploys, and watches the log arrive line by line until it succeeds", async () => {
        await page.getByRole("link", { name: "Open the stack" }).click();
        await page
            .getByRole("button", { name: /Deploy now|Redeploy/ })
            .first()
            .click();
        await page.getByText("Fetching branch main").waitFor();
        await pictures(page, "deployment-running");
        await page.getByText("Building web, api").waitFor();
        await page.getByText("Deployed: every service runs this release.").waitFor({ timeout: 60_000 });

        await page.getByText("successful").first().waitFor();
        await pictures(page, "deployment-successful");
        expect((await (await fetch(`http://127.0.0.1:${port}/`)).text()).trim()).toBe("one");
    });

    it("shows a failed build with its reason in plain words", async () => {
        await repository.commit(
            { "web/Dockerfile": "FROM cicd/busybox:1\nRUN echo no compiler >&2; exit 7\n" },
            "feat: breaks",
        );
        await page.goto(`${server.url}/compose/${stack}`);
        await page.getByText("feat: the first version").first().waitFor();
        await page.getByRole("button", { name: "Redeploy" }).first().click();

        await page.getByText("An image could not be built.").waitFor({ timeout: 60_000 });
        await pictures(page, "deployment-failed");
    });

    it("shows the stack with its history, running", async () => {
        await page.goto(`${server.url}/compose/${stack}`);
        await page.getByText("feat: breaks").first().waitFor();
        await page.getByText("active", { exact: true }).first().waitFor();
        await pictures(page, "stack");
        await page.goto(server.url);
        await page.getByText("feat: breaks").first().waitFor();
        await pictures(page, "home");
    });

    it("restarts and stops it with the output in the terminal", async () => {
        await page.goto(`${server.url}/compose/${stack}`);
        const ofStack = page.getByRole("group", { name: "Actions on the stack" });
        await ofStack.getByRole("button", { name: "Restart" }).click();
        await page.getByText("Restarted").first().waitFor({ timeout: 30_000 });
        await pictures(page, "stack-terminal");
        await ofStack.getByRole("button", { name: "Stop", exact: true }).click();
        await page.getByText("exited", { exact: true }).first().waitFor({ timeout: 30_000 });
    });

    it("goes without errors in the console, and fits a phone", async () => {
        await page.setViewportSize({ width: 360, height: 740 });
        for (const path of ["/", `/compose/${stack}`, "/compose", "/new-from-git"]) {
            await page.goto(`${server.url}${path}`);
            await page.getByRole("heading").first().waitFor();
            const overflow: unknown = await page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth",
            );
            expect({ path, overflow }).toEqual({ path, overflow: 0 });
        }

        expect(problems).toEqual([]);
    });
});
