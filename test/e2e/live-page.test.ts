import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { picture, pictures } from "../support/browser.ts";
import { docker, removeStack } from "../support/docker.ts";
import { logInPage } from "../support/logged-in.ts";
import { startRegistry, type Registry } from "../support/registry.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";

const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";
const stack = `live-${process.pid}`;
const composeFor = (image: string, port: number): string => `services:
  web:
    image: ${image}
    command: sh -c 'echo web is up; exec httpd -f -p 80'
    init: true
    stop_grace_period: 1s
    mem_limit: 64m
    ports: ["127.0.0.1:${port}:80"]
  worker:
    image: ${image}
    command: sh -c 'echo worker is up; exec sleep 1000'
    init: true
    stop_grace_period: 1s
    scale: 2
    networks: [inner]
networks:
  inner: {}
`;

describe.skipIf(!hasBrowser)("a running stack, in the browser", () => {
    let server: TestServer;
    let browser: Browser;
    let page: Page;
    let problems: readonly string[];
    let compose: string;
    let registry: Registry;

    beforeAll(async () => {
        registry = await startRegistry({ notify: { url: "http://127.0.0.1:9/", headers: {} } });
        await publish("one");
        compose = composeFor(`${registry.host}/${stack}/app:1`, await freePort());
        server = await startServer();
        await mkdir(join(server.stacksDirectory, stack), { recursive: true });
        await writeFile(join(server.stacksDirectory, stack, "compose.yaml"), compose);
        ({ browser, page, problems } = await logInPage(server));
        await page.getByRole("link", { name: stack }).click();
        await page.getByRole("button", { name: "Start", exact: true }).first().click();
        await page.getByRole("heading", { level: 1 }).getByText("active").waitFor({ timeout: 60_000 });
    });

    afterAll(async () => {
        await browser.close();
        await server.stop();
        await removeStack(stack);
        await docker("rmi", "-f", `${registry.host}/${stack}/app:1`);
        await registry.stop();
    });

    const publish = (word: string): Promise<string> =>
        registry.publish(`${stack}/app`, "1", { Dockerfile: "FROM cicd/busybox:1\nCOPY word /word\n", word });
    const card = (service: string): Locator =>
        page.locator(".service-card").filter({ has: page.getByRole("heading", { name: service, exact: true }) });
    const button = (service: string, name: string): Locator => card(service).getByRole("button", { name, exact: true });
    const screen = (): Locator => page.locator(".shell-box .xterm-accessibility-tree");

    async function openMenu(container: string, item: string): Promise<void> {
        await page.getByRole("button", { name: `More for ${container}` }).click();
        await page.getByRole("menuitem", { name: item, exact: true }).click();
    }

    async function backToStack(): Promise<void> {
        await page.getByRole("link", { name: `Back to ${stack}` }).click();
        await card("web").getByText("running").first().waitFor();
    }

    async function typed(text: string): Promise<void> {
        await page.locator(".shell-box textarea").focus();
        await page.keyboard.type(text);
        await page.keyboard.press("Enter");
    }

    it("shows each container with what it uses, anew every few seconds", async () => {
        await expect.poll(() => card("worker").locator(".replica").count()).toBe(2);
        const memory = card("web").locator("[data-stat=memory]");
        await memory.getByText("of 67 MB").waitFor();
        await card("web").locator(".stats-chart canvas").first().waitFor();
        const network = card("web").locator("[data-stat=cpu]");
        const before = await network.textContent();
        const container = await docker("ps", "-q", "--filter", `name=${stack}-web-1`);
        await docker("exec", "-d", container.trim(), "timeout", "20", "sh", "-c", "while :; do :; done");
        await expect.poll(() => network.textContent()).not.toBe(before);
        await expect.poll(async () => Number.parseFloat((await network.textContent()) ?? "")).toBeGreaterThan(5);
        await page.getByRole("heading", { name: "Networks" }).waitFor();
        await page.getByText("used by worker").waitFor();
        await pictures(page, "live-stack");
    });

    it("stops and starts one service; the button keeps the focus and says why it cannot be pressed again", async () => {
        await button("web", "Stop").click();
        await card("web").getByText("exited").waitFor();
        expect(await button("web", "Stop").getAttribute("aria-disabled")).toBe("true");
        expect(await button("web", "Stop").getAttribute("title")).toContain("it does not run");
        expect(await page.evaluate("document.activeElement.title")).toContain("it does not run");
        await card("worker").getByText("running").first().waitFor();
        await picture(page, "live-stopped-service");

        await button("web", "Start").click();
        await card("web").getByText("running").waitFor();
        await page.getByText("Service web started").waitFor();
    });

    it("opens a shell that is typed into, and is left by the keyboard", async () => {
        await openMenu(`${stack}-web-1`, "Shell: sh");
        await page.waitForURL(/\/terminal\/.*\/web\/sh\/0$/);
        await screen().getByText("/ #").first().waitFor();
        await typed("echo hi-$((40+2)) from $(hostname | cut -c1-3)");
        await screen().getByText("hi-42 from").waitFor();
        await pictures(page, "live-shell");

        await page.keyboard.press("Control+Shift+L");
        expect(await page.evaluate("document.activeElement.textContent")).toContain("Ctrl+Shift+L leaves it");

        await typed("exit 3");
        await page.getByText("The shell has ended (exit code 3).").waitFor();
        await picture(page, "live-shell-ended");
        await page.getByRole("button", { name: "Open again" }).click();
        await page.getByText("The shell has ended").waitFor({ state: "detached" });
        await screen().getByText("/ #").first().waitFor();
        await typed("echo again-$((1+1))");
        await screen().getByText("again-2").waitFor();
    });

    it("joins the shell again after the connection was lost", async () => {
        await typed("kept=yes-it-is");
        // What the browser tells a page when it has lost the network.
        await page.evaluate('void dispatchEvent(new Event("offline"))');
        await page.getByText("Connected again.").waitFor();
        await typed("echo $kept");
        await screen().getByText("yes-it-is", { exact: true }).waitFor();
        await backToStack();
    });

    it("opens a shell in the second replica, by a path of one's own", async () => {
        await openMenu(`${stack}-worker-2`, "Another shell…");
        await page.getByLabel("Shell", { exact: true }).fill("/bin/sh --login");
        await page.getByText("a path without options").waitFor();
        await page.getByLabel("Shell", { exact: true }).fill("/bin/sh");
        await page.getByRole("button", { name: "Open", exact: true }).click();
        await page.getByRole("heading", { name: "Shell in worker-2" }).waitFor();
        await typed("hostname");
        const container = await docker("ps", "-q", "--filter", `name=${stack}-worker-2`);
        await screen().getByText(container.trim().slice(0, 12)).waitFor();
        await backToStack();
    });

    it("shows the lines of one container alone", async () => {
        await openMenu(`${stack}-worker-2`, "Logs");
        const log = page.locator(".terminal-box .xterm-accessibility-tree");
        await log.getByText("worker-2").first().waitFor();
        expect(await log.textContent()).not.toMatch(/worker-1|web-1/);
        await pictures(page, "live-logs");
        await backToStack();
    });

    it("tells which services have a newer image", async () => {
        await page.getByRole("button", { name: "Look for newer images" }).click();
        await card("web").getByText("up to date").waitFor();
        await publish("two");
        await page.getByRole("button", { name: "Look for newer images" }).click();
        await card("web").getByText("newer image").waitFor();
        await page.getByText("2 services have a newer image.").waitFor();
        await picture(page, "live-newer-images");
    });

    it("explains how the console is switched on", async () => {
        await page.goto(`${server.url}/console`);
        await page.getByText("The console is switched off").waitFor();
        await page.getByText("DOCKGE_ENABLE_CONSOLE=true").waitFor();
        await pictures(page, "live-console-off");
    });

    it("updates all running stacks that are chosen", async () => {
        await page.goto(server.url);
        await page.getByRole("button", { name: "Update all" }).click();
        const dialog = page.getByRole("dialog");
        for (const other of await dialog.getByRole("checkbox").all()) {
            await other.setChecked(false);
        }
        await dialog.getByLabel(stack).check();
        await picture(page, "live-update-all-question");
        await dialog.getByRole("button", { name: "Update one stack" }).click();
        await page.getByText("Finished: 1 went through, 0 failed.").waitFor({ timeout: 90_000 });
        await pictures(page, "live-update-all");
    });

    it("says what pruning would remove, and removes nothing without an answer", async () => {
        await page.goto(`${server.url}/disk`);
        await page.getByLabel("All that no container uses").check();
        await page.getByLabel("Volumes without a name").check();
        await page.getByRole("button", { name: "Remove…" }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByText("this cannot be taken back").waitFor();
        await picture(page, "live-prune-question");
        await page.keyboard.press("Escape");
        await dialog.waitFor({ state: "hidden" });
        expect(await page.evaluate("document.activeElement.textContent")).toContain("Remove…");
        await pictures(page, "live-prune");
    });

    it("keeps the keyboard's focus when Stop becomes Start", async () => {
        await page.goto(`${server.url}/compose/${stack}`);
        const actions = page.getByRole("group", { name: "Actions on the stack" });
        await actions.getByRole("button", { name: "Stop", exact: true }).press("Enter");
        await actions.getByRole("button", { name: "Start", exact: true }).waitFor({ timeout: 60_000 });
        await expect.poll(() => page.evaluate("document.activeElement.textContent")).toMatch(/Start/);
    });

    it("deletes the stack and keeps its folder, when told so", async () => {
        await page.getByRole("button", { name: "Delete", exact: true }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByText("Its folder is deleted with everything in it").waitFor();
        await dialog.getByLabel("Keep its folder").check();
        await dialog.getByText("Its folder stays.").waitFor();
        await pictures(page, "live-delete");
        await dialog.getByRole("button", { name: "Delete", exact: true }).click();
        await page.getByRole("heading", { level: 1 }).getByText("inactive").waitFor({ timeout: 60_000 });
        expect(await readFile(join(server.stacksDirectory, stack, "compose.yaml"), "utf8")).toBe(compose);
        expect(await docker("ps", "-aq", "--filter", `label=com.docker.compose.project=${stack}`)).toBe("");

        await page.getByRole("button", { name: "Delete", exact: true }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
        await page.waitForURL(`${server.url}/`);
        await expect(stat(join(server.stacksDirectory, stack))).rejects.toThrow("ENOENT");
        expect(problems).toEqual([]);
    });
});

describe.skipIf(!hasBrowser)("the console that is switched on", () => {
    it("is a shell in the stacks directory", async () => {
        const server = await startServer({ DOCKGE_ENABLE_CONSOLE: "true" });
        const { browser, page, problems } = await logInPage(server);
        try {
            await page.getByRole("heading", { name: "Home" }).waitFor();
            await page.goto(`${server.url}/console`);
            await page.locator(".shell-box textarea").waitFor();
            await page.locator(".shell-box textarea").focus();
            await page.keyboard.type("basename $PWD; echo sum-$((2+3))");
            await page.keyboard.press("Enter");
            await page.locator(".shell-box .xterm-accessibility-tree").getByText("sum-5").waitFor();
            await pictures(page, "live-console");
            expect(problems).toEqual([]);
        } finally {
            await browser.close();
            await server.stop();
        }
    });
});
