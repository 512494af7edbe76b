import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pictures } from "../support/browser.ts";
import { containerOf, removeStack } from "../support/docker.ts";
import { logInPage } from "../support/logged-in.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const shop = `shop-${process.pid}`;
const blog = `blog-${process.pid}`;
const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";

/** A service that is built in its own folder and answers over HTTP. */
function app(port: number, text: string, folder: string): Record<string, string> {
    return {
        [`${folder}/compose.yaml`]: `services:
  web:
    build: .
    init: true
    stop_grace_period: 1s
    ports: ["127.0.0.1:${port}:8080"]
    healthcheck:
      test: ["CMD", "wget", "-q", "-O-", "http://127.0.0.1:8080/"]
      interval: 1s
      start_period: 10s
      start_interval: 200ms
`,
        [`${folder}/Dockerfile`]: `FROM cicd/busybox:1
COPY www /www
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
`,
        [`${folder}/www/index.html`]: `${text}\n`,
    };
}

/** Somebody who keeps all their stacks in one repository, one folder each; each step stands on the one before. */
describe.skipIf(!hasBrowser)("a repository of many stacks in the browser", () => {
    let server: TestServer;
    let repository: WorkRepository;
    let browser: Browser;
    let page: Page;
    let ports: readonly [shop: number, blog: number];
    let problems: readonly string[];

    function row(folder: string) {
        return page.getByRole("listitem").filter({ has: page.getByRole("checkbox", { name: folder, exact: true }) });
    }

    beforeAll(async () => {
        server = await startServer();
        repository = await createWorkRepository();
        ports = [await freePort(), await freePort()];
        await repository.commit(
            {
                ...app(ports[0], "shop one", "apps/shop"),
                ...app(ports[1], "blog one", "blog"),
                "media/docker-compose.yml":
                    "services:\n  player: { image: cicd/busybox:1 }\n  db: { image: cicd/busybox:1 }\n",
                "broken/compose.yaml": "services: [\n",
                "README.md": "All my stacks\n",
            },
            "feat: all my stacks",
        );
        ({ browser, page, problems } = await logInPage(server));
    });

    afterAll(async () => {
        await browser.close();
        await server.stop();
        await removeStack(shop);
        await removeStack(blog);
        await repository.remove();
    });

    it("finds every folder with a compose file, and says what is wrong with one", async () => {
        await page.getByRole("link", { name: "Repositories" }).click();
        await page.getByText("No repository is connected yet").waitFor();
        await pictures(page, "repositories-empty");
        await page.getByRole("link", { name: "Discover stacks" }).click();
        await page.getByLabel("Address").fill("git@github.com:example/homelab.git");
        await page.getByLabel("Access").selectOption("ssh_key");
        await page.getByRole("button", { name: "Make the key" }).click();
        expect(await page.getByRole("textbox", { name: "Public key" }).inputValue()).toMatch(/^ssh-ed25519 AAAA/);
        await pictures(page, "discover-key");
        await page.getByRole("button", { name: "Back" }).click();
        await page.getByLabel("Access").selectOption("none");
        await page.getByLabel("Address").fill(repository.url);
        await pictures(page, "discover-address");
        await page.getByRole("button", { name: "Find compose files" }).click();

        await row("apps/shop").getByText("Service: web").waitFor();
        expect(await page.getByRole("listitem").getByRole("checkbox").count()).toBe(4);
        await row("media").getByText("Services: player, db").waitFor();
        await row("broken")
            .getByText(/^line \d+: /)
            .waitFor();
    });

    it("checks the names as they are typed", async () => {
        await row("apps/shop").getByRole("checkbox").check();
        await row("blog").getByRole("checkbox").check();
        await row("apps/shop").getByLabel("Stack name").fill("Not Good");
        await row("apps/shop").getByText("Only a-z").waitFor();
        expect(await page.getByRole("button", { name: "Connect 2 stacks" }).isDisabled()).toBe(true);
        await pictures(page, "discover-folders");

        await row("apps/shop").getByLabel("Stack name").fill(shop);
        await row("blog").getByLabel("Stack name").fill(blog);
    });

    it("connects both, and deploys both until they are healthy", async () => {
        await page.getByRole("button", { name: "Connect 2 stacks" }).click();
        await page.getByText("2 of 2 connected.").waitFor();
        await pictures(page, "discover-result");
        await page.getByRole("button", { name: `Deploy now: ${shop}` }).click();
        await page.getByRole("button", { name: `Deploy now: ${blog}` }).click();

        for (const stack of [shop, blog]) {
            const outcome = page.getByRole("main").getByRole("listitem").filter({ hasText: stack });
            await outcome.getByText("successful", { exact: true }).waitFor({ timeout: 100_000 });
            expect(await containerOf(stack, "web")).not.toBe("");
        }
        const answers = ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/`)).text());
        expect(await Promise.all(answers)).toEqual(["shop one\n", "blog one\n"]);
    });

    it("lists the repository once, with both stacks", async () => {
        await page.getByRole("link", { name: "All repositories" }).click();
        const card = page.getByRole("article").filter({ hasText: repository.url });
        await card.getByRole("link", { name: shop }).waitFor();
        await card.getByRole("link", { name: blog }).waitFor();
        expect(await page.getByRole("article").count()).toBe(1);
        await pictures(page, "repositories");
    });

    it("offers only what is left when it is looked into again", async () => {
        await page.getByRole("link", { name: /^Look for more stacks/ }).click();
        await row("blog").getByText("Connected already, as").waitFor();
        expect(await row("blog").getByRole("checkbox").isDisabled()).toBe(true);
        expect(await row("media").getByRole("checkbox").isDisabled()).toBe(false);
        await pictures(page, "discover-again");
        expect(problems).toEqual([]);
    });
});
