import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pictures } from "../support/browser.ts";
import { removeStack } from "../support/docker.ts";
import { logInPage } from "../support/logged-in.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { idleService, smallService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `health-page-${process.pid}`;
const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";

/** Somebody who watches services come up; each step stands on the one before. */
describe.skipIf(!hasBrowser)("the services of a deployment in the browser", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let browser: Browser;
    let page: Page;
    let port: number;

    beforeAll(async () => {
        server = await startServer({ CICD_STABILITY_SECONDS: "4" });
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        await repository.commit({ "README.md": "app\n" }, "start");
        await rest.connect(stack, { url: repository.url, branch: "main", provider: "generic", authType: "none" }, {});
        ({ browser, page } = await logInPage(server));
        await page.getByText(stack).first().waitFor();
    });

    afterAll(async () => {
        await browser.close();
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    async function push(services: string): Promise<string> {
        const web = smallService("web", { port, version: "one" });
        await repository.commit({ "compose.yaml": `services:\n${web}${services}` }, "change");
        return (await rest.deploy(stack)).id;
    }

    function row(name: string): Locator {
        return page.locator(".health-row").filter({ has: page.locator("strong", { hasText: name }) });
    }

    async function overflow(): Promise<unknown> {
        await page.setViewportSize({ width: 360, height: 740 });
        const wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        await page.setViewportSize({ width: 1400, height: 1000 });
        return wide;
    }

    it("shows each of them while it comes up, with what its health check says, and goes afterwards", async () => {
        const check = `    healthcheck:
      test: ["CMD-SHELL", "test -f /ready || { echo applying migrations, 3 of 9 are done; exit 1; }"]
      interval: 500ms
      retries: 60
`;
        const slow = idleService("database", check).replace(
            '["sleep", "1000"]',
            '["sh", "-c", "sleep 12; touch /ready; exec sleep 1000"]',
        );
        const id = await push(slow);

        await page.goto(`${server.url}/deployments/${id}`);
        await row("web").getByText("healthy").waitFor({ timeout: 30_000 });
        await row("database").getByText("applying migrations, 3 of 9 are done").last().waitFor();
        expect(await row("database").innerText()).toContain("starting");
        expect(await overflow()).toBeLessThanOrEqual(0);
        await pictures(page, "health-deployment");
        await page.goto(`${server.url}/compose/${stack}`);
        await row("database").getByText("starting", { exact: true }).waitFor();
        await pictures(page, "health-stack");
        await row("database").getByText("healthy", { exact: true }).waitFor({ timeout: 30_000 });
        await page.getByText("watching for 4 s").waitFor();
        await page.getByText("successful", { exact: true }).first().waitFor({ timeout: 30_000 });

        expect(await page.locator(".health-row").count()).toBe(0);
    });

    it("keeps how they were last where that failed", async () => {
        const loop = idleService("database", "    restart: always\n").replace(
            '["sleep", "1000"]',
            '["sh", "-c", "sleep 1; echo no space left for the log; exit 70"]',
        );
        const id = await push(loop);

        await page.goto(`${server.url}/deployments/${id}`);
        await page.getByText("rolled back", { exact: true }).first().waitFor({ timeout: 60_000 });
        await page.getByText("Services when it failed").waitFor();

        expect(await row("database").innerText()).toMatch(/restarting[\s\S]*keeps restarting: it exited with code 70/);
        expect(await overflow()).toBeLessThanOrEqual(0);
        await pictures(page, "health-failed");
    });
});
