import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import { pictures } from "../support/browser.ts";
import { removeStack } from "../support/docker.ts";
import { logInPage } from "../support/logged-in.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, smallService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `releases-page-${process.pid}`;
const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";

/** Somebody who looks at what changed, goes back, and forward again; each step stands on the one before. */
describe.skipIf(!hasBrowser)("the releases of a stack in the browser", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let browser: Browser;
    let page: Page;
    let port: number;
    let first: Deployment;

    beforeAll(async () => {
        server = await startServer({ CICD_STABILITY_SECONDS: "1" });
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        await commit("one", "Say one");
        await rest.connect(stack, { url: repository.url, branch: "main", provider: "generic", authType: "none" }, {});
        first = await deployed();
        await commit("two", "Say two, and keep the settings beside it");
        await deployed();
        ({ browser, page } = await logInPage(server));
        await page.getByText(stack).first().waitFor();
    });

    afterAll(async () => {
        await browser.close();
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    async function commit(version: string, message: string): Promise<void> {
        const long = `a-file-with-a-long-name-in/${"a-folder-with-a-long-name-too/".repeat(3)}settings.conf`;
        const compose = `services:\n${smallService("web", { port, version })}`;
        await repository.commit({ "compose.yaml": compose, [long]: `version=${version}\n` }, message);
    }

    async function deployed(): Promise<Deployment> {
        const ended = await rest.ended((await rest.deploy(stack)).id);
        expect(ended, await rest.log(ended.id)).toMatchObject({ status: "successful" });
        return ended;
    }

    async function overflow(): Promise<unknown> {
        await page.setViewportSize({ width: 360, height: 740 });
        const wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        await page.setViewportSize({ width: 1400, height: 1000 });
        return wide;
    }

    it("show what changed from the one before to the live one, on a phone too", async () => {
        await page.goto(`${server.url}/compose/${stack}`);
        const changes = page.getByRole("region", { name: "What changed between releases" });

        await changes.getByText("Say two, and keep the settings beside it").last().waitFor();
        await changes.getByRole("button", { name: "compose.yaml", exact: true }).click();
        await changes.locator(".diff-view").getByText("echo two").waitFor();

        expect(await overflow()).toBeLessThanOrEqual(0);
        await pictures(page, "releases");
    });

    it("pin the stack when one is gone back to, until it is unpinned, and then offer the newest commit", async () => {
        const card = page.locator("article", { hasText: "Say one" });
        await card.getByRole("button", { name: "Roll back" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();
        await page.locator("h1").getByText("successful").waitFor({ timeout: 60_000 });
        await page.goto(`${server.url}/compose/${stack}`);
        await page.getByText("Pinned to").waitFor();
        await page.getByText("admin rolled this stack back.").waitFor();
        expect(await page.getByText(first.commitSha.slice(0, 7)).first().isVisible()).toBe(true);
        expect(await overflow()).toBeLessThanOrEqual(0);
        await pictures(page, "pinned");

        await page.getByRole("button", { name: "Unpin" }).click();

        await page.getByText("Unpinned.").waitFor();
        await page.getByText("Pinned to").waitFor({ state: "hidden" });
        await page.getByRole("button", { name: "Deploy the newest commit" }).click();
        await page.locator("h1").getByText("successful").waitFor({ timeout: 60_000 });
        expect(await answerOn(port)).toBe("two");
    });
});
