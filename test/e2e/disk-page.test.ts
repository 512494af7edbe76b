import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { picture, pictures } from "../support/browser.ts";
import { logInPage } from "../support/logged-in.ts";
import { startServer, type TestServer } from "../support/server.ts";

const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";
const weekMilliseconds = 7 * 24 * 3600_000;

describe.skipIf(!hasBrowser)("the disk, in the browser", () => {
    let server: TestServer;
    let browser: Browser;
    let page: Page;
    let problems: readonly string[];

    beforeAll(async () => {
        server = await startServer();
        const left = join(server.dataDirectory, "cicd/workspaces/shop-111111111111-left");
        await mkdir(left, { recursive: true });
        await writeFile(join(left, "file"), "x".repeat(3_000_000));
        const old = new Date(Date.now() - weekMilliseconds);
        await utimes(left, old, old);
        ({ browser, page, problems } = await logInPage(server));
    });

    afterAll(async () => {
        await browser.close();
        await server.stop();
    });

    it("is found in the menu, with what takes it and how full it is", async () => {
        await page.getByRole("button", { name: "Account" }).click();
        await page.getByRole("menuitem", { name: "Settings" }).click();
        await page.getByRole("link", { name: "Disk" }).click();
        await page.getByText("Not cleaned up yet.").waitFor();
        expect(await page.getByRole("meter", { name: /^Workspaces/ }).getAttribute("aria-valuetext")).toBe("3.0 MB");
        expect(await page.getByRole("meter", { name: /^Data: / }).getAttribute("aria-valuetext")).toMatch(/ free$/);
        await pictures(page, "disk");
    });

    it("is cleaned up after a question, and tells what went", async () => {
        await page.getByRole("button", { name: "Clean up" }).click();
        const question = page.getByRole("dialog");
        await question.getByText("volumes, and whatever is not of a deployment stay").waitFor();
        await picture(page, "disk-question");
        await question.getByRole("button", { name: "Clean up" }).click();

        await page.getByText("by admin: one thing removed, 3.0 MB freed").waitFor();
        await page.getByRole("button", { name: "What was removed (1)" }).click();
        await page.getByText("shop-111111111111-left").waitFor();
        await pictures(page, "disk-cleaned");
        expect(problems).toEqual([]);
    });
});
