import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { removeStack } from "../support/docker.ts";
import { sampleApp } from "../support/sample-app.ts";
import { admin, freePort, startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `page-${process.pid}`;
const pictures = process.env["CICD_TEST_PICTURES"];

/** What a newcomer does in the browser; each step stands on the one before. */
describe.skipIf((process.env["CICD_TEST_CHROMIUM"] ?? "") === "")("the page", () => {
    let server: TestServer;
    let repository: WorkRepository;
    let browser: Browser | undefined;
    let page: Page;
    const complaints: string[] = [];

    async function picture(name: string): Promise<void> {
        if (pictures !== undefined) {
            await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
        }
    }

    beforeAll(async () => {
        server = await startServer();
        repository = await createWorkRepository();
        await repository.commit(sampleApp({ port: await freePort(), version: "one" }), "Say one");
        browser = await openBrowser();
        page = await browser!.newPage({ viewport: { width: 1400, height: 1000 } });
        page.setDefaultTimeout(30_000);
        page.on("pageerror", (error) => complaints.push(error.message));
        page.on("console", (message) => {
            // Networks come and go with the journeys' containers, which Chromium takes amiss.
            if (message.type() === "error" && !message.text().includes("ERR_NETWORK")) {
                complaints.push(message.text());
            }
        });
    });

    afterAll(async () => {
        await browser?.close();
        await server?.stop();
        await removeStack(stack);
        await repository?.remove();
    });

    it("logs in, and refuses a wrong password beside the field", async () => {
        await page.goto(server.url);
        await page.getByLabel("User name").fill(admin.username);
        await page.getByLabel("Password").fill("wrong");
        await page.getByRole("button", { name: "Log in" }).click();
        await page.getByText("Wrong user name or password.").waitFor();

        await page.getByLabel("Password").fill(admin.password);
        await page.getByRole("button", { name: "Log in" }).click();

        await page.getByRole("heading", { name: "From a git push to a running stack" }).waitFor();
        await picture("home");
    });

    it("makes a stack from a repository and deploys it, its log arriving live", async () => {
        await page.getByRole("navigation", { name: "Stacks" }).waitFor();
        await page.getByRole("link", { name: "New stack from Git" }).first().click();
        await page.getByLabel("Address").fill(repository.url);
        await page.getByLabel("Stack name").fill(stack);
        await page.getByRole("button", { name: "Test connection" }).click();
        await page.getByText("1 branch found").waitFor();
        await page.getByRole("button", { name: "Connect", exact: true }).click();
        await page.getByLabel("Webhook secret").waitFor();
        await picture("webhook");
        await page.getByRole("button", { name: "Deploy now" }).click();

        await page.getByText("successful", { exact: true }).first().waitFor({ timeout: 90_000 });

        await picture("deployment");
        expect(await page.locator(".log-row").count()).toBeGreaterThan(5);
        await page.getByRole("heading", { name: "Images" }).waitFor();
    }, 150_000);

    it("shows the stack active, its containers, its history; and redeploys", async () => {
        await page.getByRole("heading").getByRole("link", { name: stack }).click();
        await page.getByRole("heading", { name: "Deployments" }).waitFor();
        await page.getByText("Say one").first().waitFor();
        await page.locator("h1").getByText("active").waitFor();
        await picture("stack");

        await page.getByRole("button", { name: "Redeploy" }).first().click();

        await page.getByText("successful", { exact: true }).first().waitFor({ timeout: 90_000 });
        await picture("redeployed");
    }, 150_000);

    it("keeps every line once when the server is restarted under it", async () => {
        const before = await page.locator(".log-row").count();
        await server.kill();
        await page.getByText("The connection to the server is lost.").waitFor();
        await server.start();
        await page.getByText("The connection to the server is lost.").waitFor({ state: "detached" });

        const numbers = await page
            .locator(".log-row")
            .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute("data-seq"))));
        expect(numbers.length).toBeGreaterThanOrEqual(before);
        expect(numbers).toEqual([...new Set(numbers)]);
    }, 60_000);

    it("fits a small screen, in both themes", async () => {
        await page.setViewportSize({ width: 360, height: 740 });
        for (const path of ["/", `/compose/${stack}`, `/compose/${stack}/repository`, "/compose", "/new-from-git"]) {
            await page.goto(`${server.url}${path}`);
            await page.locator("h1").first().waitFor();
            const excess = await page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth",
            );
            expect(excess, path).toBe(0);
        }
        await page.getByRole("button", { name: "Account" }).click();
        await page.getByRole("menuitemradio", { name: "Light" }).click();
        await page.locator("body.light").waitFor();
        await picture("small-light");
    });

    it("makes no complaint in the browser's console", () => {
        expect(complaints.filter((text) => !text.includes("WebSocket"))).toEqual([]);
    });
});
