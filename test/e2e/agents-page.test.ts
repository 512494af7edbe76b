import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings } from "../support/axe.ts";
import { pictures } from "../support/browser.ts";
import { removeStack } from "../support/docker.ts";
import { logInPage } from "../support/logged-in.ts";
import { createRest } from "../support/rest.ts";
import { admin, freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, smallApp } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `agents-page-${process.pid}`;
const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";

/** Somebody who looks after another server from this one's page; each step stands on the one before. */
describe.skipIf(!hasBrowser)("another server in the browser", () => {
    let main: TestServer;
    let agent: TestServer;
    let endpoint: string;
    let repository: WorkRepository;
    let browser: Browser;
    let page: Page;
    let problems: readonly string[];
    let port: number;

    beforeAll(async () => {
        [main, agent, repository, port] = await Promise.all([
            startServer(),
            startServer(),
            createWorkRepository(),
            freePort(),
        ]);
        endpoint = new URL(agent.url).host;
        const more = '    labels: { "note": "of the attic" }\n';
        await repository.commit(smallApp({ port, version: "one", more }), "Say one");
        await createRest(agent).connect(
            stack,
            { url: repository.url, branch: "main", provider: "generic", authType: "none" },
            {},
        );
        await addAgent(main, agent);
        ({ browser, page, problems } = await logInPage(main));
    });

    afterAll(async () => {
        await browser.close();
        await Promise.all([main.stop(), agent.stop()]);
        await removeStack(stack);
        await repository.remove();
    });

    async function look(name: string): Promise<void> {
        await pictures(page, name);
        await page.setViewportSize({ width: 360, height: 740 });
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth"), name).toBe(0);
        await page.setViewportSize({ width: 1400, height: 1000 });
        expect(await seriousFindings(page), name).toEqual([]);
    }

    const list = () => page.getByRole("navigation", { name: "Stacks" });

    it("stands on the home page, with its stacks in the list", async () => {
        await list()
            .getByRole("button", { name: /^The attic/ })
            .waitFor();
        await list().locator(`a[href="/agent/${endpoint}/compose/${stack}"]`).waitFor();
        await page.locator("main").getByText("online").waitFor();
        await look("agents-home");
    });

    it("shows its stack with the repository, and deploys it there", async () => {
        await list().locator(`a[href="/agent/${endpoint}/compose/${stack}"]`).click();
        await page.getByText("On The attic").waitFor();
        await page.getByText(repository.url).first().waitFor();
        await page.getByRole("button", { name: "Deploy now" }).first().click();
        await page.waitForURL(new RegExp(`/agent/[^/]+/deployments/`));
        await page.getByText("Successful", { exact: false }).first().waitFor({ timeout: 60_000 });
        expect(await answerOn(port)).toBe("one");
        await look("agents-deployment");
    });

    it("shows the log of that deployment, which can be saved", async () => {
        await page.locator(".log-row").first().waitFor();
        const saved = page.waitForEvent("download");
        await page
            .getByRole("button", { name: /Download/ })
            .first()
            .click();
        const text = await readFile(await (await saved).path(), "utf8");
        const shown = await page.locator(".log-row").first().locator(".log-text").textContent();
        expect(text.split("\n").length).toBeGreaterThan(5);
        expect(text).toContain(shown ?? "a first line");
    });

    it("follows its terminals and its buttons", async () => {
        await list().locator(`a[href="/agent/${endpoint}/compose/${stack}"]`).click();
        await page.getByRole("button", { name: "Restart", exact: true }).first().click();
        await page
            .locator(".xterm-rows")
            .first()
            .getByText(/Restart|Started/)
            .first()
            .waitFor({ timeout: 60_000 });
        await look("agents-stack");

        await page.getByRole("button", { name: "Stop", exact: true }).first().click();
        await page.locator("h1").getByText("exited").waitFor({ timeout: 60_000 });
    });

    it("has a page of its own", async () => {
        await list().getByRole("link", { name: "Open The attic" }).click();
        await page.getByRole("heading", { name: "The attic" }).waitFor();
        await look("agents-own");
        await page.getByRole("link", { name: "Repositories" }).last().click();
        await page.getByText(repository.url).waitFor();
        expect(page.url()).toContain(`/agent/${endpoint}/repositories`);
        expect(problems).toEqual([]);
    });

    it("is said to be gone when it does not answer", async () => {
        await agent.kill();
        await page.goto(`${main.url}/agent/${endpoint}/compose/${stack}`);
        await page.locator(".agent-banner").getByText("offline").waitFor({ timeout: 60_000 });
        await pictures(page, "agents-offline");
    });
});

async function addAgent(main: TestServer, agent: TestServer): Promise<void> {
    const socket = io(main.url, { transports: ["websocket"], forceNew: true, reconnection: false });
    try {
        await socket.timeout(30_000).emitWithAck("loginByToken", main.token);
        const answer: unknown = await socket
            .timeout(60_000)
            .emitWithAck("addAgent", { url: agent.url, ...admin, name: "The attic" });
        expect(answer).toMatchObject({ ok: true });
    } finally {
        socket.disconnect();
    }
}
