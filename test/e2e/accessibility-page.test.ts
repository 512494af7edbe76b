import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings } from "../support/axe.ts";
import { openBrowser } from "../support/browser.ts";
import { removeStack } from "../support/docker.ts";
import { logInPage } from "../support/logged-in.ts";
import { createRest } from "../support/rest.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";
const stack = `axe-${process.pid}`;
const compose = "services:\n    web:\n        image: cicd/busybox:1\n        command: sleep 600\n";
const pipeline = "image: cicd/busybox:1\ncompile:\n    script: echo compiled\n";
const themes = ["dark", "light"] as const;

async function wear(page: Page, theme: string): Promise<void> {
    // As text, because this runs in the page, whose types are not known here.
    await page.evaluate(
        `localStorage.setItem("theme", "${theme}");
         dispatchEvent(new StorageEvent("storage", { key: "theme", newValue: "${theme}", storageArea: localStorage }));`,
    );
    await page.locator(`body.${theme}`).waitFor();
    await settled(page);
}

/** Colours are measured when nothing moves any more, and nothing is loading. */
async function settled(page: Page): Promise<void> {
    const quiet = `document.getAnimations().every((one) => one.effect.getTiming().iterations === Infinity)
         && document.querySelector("[role=status] .fa-spin") === null`;
    await expect.poll(() => page.evaluate(quiet)).toBe(true);
}

describe.skipIf(!hasBrowser)("every page, for people who do not see it or use no mouse", () => {
    let server: TestServer;
    let repository: WorkRepository;
    let browser: Browser;
    let page: Page;
    let deploymentId = "";
    let pipelineId = "";

    async function findings(): Promise<readonly string[]> {
        const found: string[] = [];
        for (const theme of themes) {
            await wear(page, theme);
            found.push(...(await seriousFindings(page)).map((finding) => `${theme}: ${finding}`));
        }
        return found;
    }

    beforeAll(async () => {
        server = await startServer({ DOCKGE_ENABLE_CONSOLE: "true" });
        await mkdir(join(server.stacksDirectory, "plain"), { recursive: true });
        await writeFile(join(server.stacksDirectory, "plain/compose.yaml"), compose);
        repository = await createWorkRepository();
        await repository.commit({ "compose.yaml": compose, "pipeline.yml": pipeline }, "feat: sleep");
        const rest = createRest(server);
        await rest.connect(stack, { url: repository.url, branch: "main", provider: "generic" });
        const deployment = await rest.ended((await rest.deploy(stack)).id);
        deploymentId = deployment.id;
        const answer = await rest.call("GET", `/stacks/${stack}/pipelines`);
        pipelineId = /"id":"([^"]+)"/.exec(JSON.stringify(answer.body))?.[1] ?? "";
        expect([deploymentId, pipelineId]).not.toContain("");
        ({ browser, page } = await logInPage(server));
        await page.getByRole("button", { name: "Account" }).waitFor();
    });

    afterAll(async () => {
        await browser.close();
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    it.each([
        "/",
        "/compose",
        "/compose/plain",
        "/compose/STACK",
        "/compose/STACK/repository",
        "/compose/STACK/pipeline",
        "/terminal/STACK/web/sh",
        "/console",
        "/deployments/DEPLOYMENT",
        "/pipelines/PIPELINE",
        "/new-from-git",
        "/repositories",
        "/repositories/discover",
        "/registries",
        "/targets",
        "/disk",
        "/settings/general",
        "/settings/appearance",
        "/settings/security",
        "/settings/agents",
        "/settings/global-env",
        "/settings/about",
        "/nothing/here",
    ])("%s has no serious finding", async (path) => {
        const address = path
            .replace("STACK", stack)
            .replace("DEPLOYMENT", deploymentId)
            .replace("PIPELINE", pipelineId);
        await page.goto(server.url + address);
        // Only who is logged in has it: otherwise every page would be the login's.
        await page.getByRole("button", { name: "Account" }).waitFor();
        await page.getByRole("heading", { level: 1 }).first().waitFor();
        expect(await page.getByLabel("Password", { exact: true }).count()).toBe(0);

        expect(await findings()).toEqual([]);
    });

    it("the forms that open in a page have none", async () => {
        await page.goto(`${server.url}/settings/agents`);
        await page.getByRole("button", { name: "Add server" }).click();
        expect(await findings()).toEqual([]);

        await page.goto(`${server.url}/registries`);
        await page.getByRole("button", { name: "Add registry" }).click();
        expect(await findings()).toEqual([]);
    });

    it("the editing of a stack has none", async () => {
        await page.goto(`${server.url}/compose/plain`);
        await page.getByRole("button", { name: "Edit", exact: true }).click();
        await page.getByRole("button", { name: "Discard" }).waitFor();

        expect(await findings()).toEqual([]);
    });

    it("the account menu and a question have none; the question keeps the focus and gives it back", async () => {
        await page.goto(`${server.url}/disk`);
        await page.getByRole("button", { name: "Account" }).click();
        expect(await findings()).toEqual([]);
        await page.keyboard.press("Escape");

        const opener = page.getByRole("button", { name: "Clean up", exact: true }).first();
        await opener.click();
        const dialog = page.getByRole("dialog");
        await dialog.waitFor();
        expect(await findings()).toEqual([]);
        for (let count = 0; count < 6; count += 1) {
            await page.keyboard.press("Tab");
            const outside = 'document.activeElement !== document.body && !document.activeElement.closest("dialog")';
            expect(await page.evaluate(outside)).toBe(false);
        }
        await page.keyboard.press("Escape");
        await dialog.waitFor({ state: "hidden" });
        await expect.poll(() => page.evaluate("document.activeElement.textContent.trim()")).toBe("Clean up");
    });

    it("logging in has none", async () => {
        await page.goto(`${server.url}/settings/general`);
        await page.getByRole("button", { name: "Account" }).click();
        await page.getByRole("menuitem", { name: "Log out" }).click();
        await page.getByLabel("User name").waitFor();

        expect(await findings()).toEqual([]);
    });
});

it.skipIf(!hasBrowser)("what is wrong is found", async () => {
    const browser = await openBrowser();
    try {
        const page = await browser?.newPage();
        await page?.setContent(
            '<html lang="en"><title>x</title><main><h1>x</h1><input type="text"><p style="color: #eee; background: #fff">faint</p></main>',
        );

        const found = page === undefined ? [] : await seriousFindings(page);
        expect(found.map((finding) => finding.split(":")[0]).toSorted()).toEqual(["color-contrast", "label"]);
    } finally {
        await browser?.close();
    }
});

it.skipIf(!hasBrowser)("the set-up has no serious finding", async () => {
    const server = await startServer({ CICD_ADMIN_USERNAME: "", CICD_ADMIN_PASSWORD: "" });
    const browser = await openBrowser();
    try {
        const page = await browser?.newPage();
        expect(page).toBeDefined();
        await page?.goto(server.url);
        await page?.getByLabel("Repeat the password").waitFor();

        expect(page && (await seriousFindings(page))).toEqual([]);
    } finally {
        await browser?.close();
        await server.stop();
    }
});
