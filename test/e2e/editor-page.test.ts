import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser, pictures } from "../support/browser.ts";
import { removeStack } from "../support/docker.ts";
import { logInAt } from "../support/logged-in.ts";
import { startServer, type TestServer } from "../support/server.ts";

const stack = `editor-${process.pid}`;
const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";

/** Somebody who writes compose files in the page; each step stands on the one before. */
describe.skipIf(!hasBrowser)("compose files written in the browser", () => {
    let server: TestServer;
    let browser: Browser;
    let page: Page;

    const editor = (label: string) => page.getByRole("textbox", { name: label, exact: true });
    const onDisk = (file: string): Promise<string> => readFile(join(server.stacksDirectory, stack, file), "utf8");

    async function fits(): Promise<boolean> {
        await page.setViewportSize({ width: 360, height: 740 });
        const width = await page.evaluate("document.documentElement.scrollWidth");
        await page.setViewportSize({ width: 1400, height: 1000 });
        return width === 360;
    }

    beforeAll(async () => {
        server = await startServer();
        const opened = await openBrowser();
        if (opened === undefined) {
            throw new Error("no browser");
        }
        browser = opened;
        page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
        page.setDefaultTimeout(15_000);
        await logInAt(page, server.url);
        await page.locator(".stack-list").waitFor();
    });

    afterAll(async () => {
        await browser.close();
        await server.stop();
        await removeStack(stack);
    });

    it("makes a compose file of a docker run command", async () => {
        await page.goto(`${server.url}/compose`);
        await page.getByRole("button", { name: "From docker run" }).click();
        const command = "docker run -d -p 8080:80 --restart=always nginx:1";
        await page.getByLabel("docker run command").fill(command);
        await page.getByRole("button", { name: "Convert to compose" }).click();
        await page.locator(".cm-line", { hasText: "image: nginx:1" }).waitFor();
        expect(await page.getByRole("textbox", { name: "Image" }).inputValue()).toBe("nginx:1");
        await pictures(page, "new-docker-run");

        await page.getByLabel("docker run command").fill("make me a sandwich");
        await page.getByRole("button", { name: "Convert to compose" }).click();
        await page.getByText("paste one that begins with docker run").waitFor();
    });

    it("begins with a template", async () => {
        await page.getByRole("button", { name: "From a template" }).click();
        await pictures(page, "new-template");
        expect(await fits()).toBe(true);
        await page.getByRole("button", { name: /^Redis/ }).click();
        await page.getByLabel("Stack name").fill(stack);
        await page.getByRole("button", { name: "Save", exact: true }).click();
        await page.getByRole("heading", { name: stack }).waitFor();
        expect(await onDisk("compose.yaml")).toContain("image: redis:8-alpine");
    });

    it("completes keys and values by keyboard, and Escape then Tab leaves", async () => {
        await page.getByRole("button", { name: "Edit", exact: true }).click();
        const yaml = editor("compose.yaml");
        await yaml.focus();
        await page.keyboard.press("Control+Home");
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("End");
        await page.keyboard.press("Enter");
        await page.keyboard.type("stop_s");
        await page.getByRole("option", { name: "stop_signal" }).waitFor();
        await takeOffer(page);
        await page.getByRole("option", { name: "SIGINT" }).waitFor();
        await pictures(page, "completion");
        await takeOffer(page);
        await page.locator(".cm-line", { hasText: "    stop_signal: SIGINT" }).waitFor();

        // The first one closes what is offered.
        await page.keyboard.press("Escape");
        await page.keyboard.press("Escape");
        await page.keyboard.press("Tab");
        expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).not.toBe("compose.yaml");
    });

    it("marks what is wrong and leads there", async () => {
        await editor("compose.yaml").focus();
        await page.keyboard.press("Enter");
        await page.keyboard.type("volums: 1");
        await page.keyboard.press("Escape");
        const finding = page.getByRole("button", { name: /volums is not known here. Did you mean volumes\?/ });
        await finding.waitFor();
        await page.locator(".cm-lint-marker-warning").first().waitFor();
        await pictures(page, "lint");
        await finding.click();
        await page.keyboard.press("Control+Shift+k");
        await finding.waitFor({ state: "detached" });
    });

    it("keeps remarks when the form is used, and writes an override file", async () => {
        const service = page.getByRole("group", { name: "redis", exact: true });
        await service.getByLabel("Image").fill("redis:8.2-alpine");
        await service.getByLabel("Image").press("Enter");
        await service.getByLabel("Environment, new entry").fill("TZ=Europe/Berlin");
        await service.getByLabel("Environment, new entry").press("Enter");
        await page.getByLabel("Addresses, new entry").fill("https://redis.example/look");
        await page.getByLabel("Addresses, new entry").press("Enter");
        await page.getByRole("button", { name: "Add compose.override.yaml" }).click();
        await editor("compose.override.yaml").focus();
        await page.keyboard.press("Control+End");
        await page.keyboard.type("  redis:\n    hostname: cache\n");
        await pictures(page, "form");
        expect(await fits()).toBe(true);
        await page.getByRole("button", { name: "Save", exact: true }).click();
        await page.getByRole("link", { name: "redis.example/look" }).waitFor();

        const text = await onDisk("compose.yaml");
        expect(text).toContain("    # Written to disk at least every minute while something changes.\n");
        expect(text).toContain("    image: redis:8.2-alpine\n");
        expect(text).toContain("    stop_signal: SIGINT\n");
        expect(text).toMatch(/environment:\n {6}- TZ=Europe\/Berlin\n/);
        expect(await onDisk("compose.override.yaml")).toContain("hostname: cache");
        await pictures(page, "view");
    });
});

/** The editor does not take an offer in its first 75 ms, when Enter may have been meant for the text. */
async function takeOffer(page: Page): Promise<void> {
    await page.waitForTimeout(100);
    await page.keyboard.press("Enter");
}
