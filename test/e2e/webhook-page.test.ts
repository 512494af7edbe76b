import { basename, dirname } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser, pictures } from "../support/browser.ts";
import { removeStack } from "../support/docker.ts";
import { type GitServer, startGitServer } from "../support/git-server.ts";
import { createProviderApi, type ProviderApi } from "../support/provider-api-server.ts";
import { giteaPush, payloadAddresses, type Push } from "../support/provider-pushes.ts";
import { logInAt } from "../support/logged-in.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { smallApp } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `hooked-${process.pid}`;
const token = "a-gitea-token";
const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";

/** Somebody who sets a webhook up and looks at what it brings; each step stands on the one before. */
describe.skipIf(!hasBrowser)("the webhook of a stack in the browser", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let git: GitServer;
    let gitea: ProviderApi;
    let browser: Browser;
    let page: Page;
    let commit: string;
    const problems: string[] = [];

    const hookPanel = () => page.getByRole("region", { name: "Webhook at Gitea" });
    const deliveries = () => page.getByRole("region", { name: "Deliveries" });
    const newest = () => deliveries().getByRole("article").first();

    /** Sends a push to the hook that is set up at Gitea, signed with the secret that Gitea was given. */
    async function deliver(push: Push, secret = gitea.hooks[0]?.secret ?? ""): Promise<number> {
        const { headers, body } = giteaPush("gitea")(push, secret);
        const response = await fetch(gitea.hooks[0]?.url ?? "", { method: "POST", headers, body });
        return response.status;
    }

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        commit = await repository.commit(smallApp({ port: await freePort(), version: "one" }), "feat: one");
        const folder = dirname(repository.bareDirectory);
        gitea = createProviderApi({ dialect: "gitea", owner: basename(folder), name: "app", token });
        git = await startGitServer({
            root: dirname(folder),
            intercept: (request, response) => gitea.answer(request, response),
        });
        await rest.connect(stack, {
            url: `${git.url}/${basename(folder)}/app.git`,
            branch: "main",
            provider: "gitea",
            authType: "http_token",
            credentials: { token },
            aliases: payloadAddresses,
        });
        const opened = await openBrowser();
        if (opened === undefined) {
            throw new Error("no browser");
        }
        browser = opened;
        page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
        page.on("pageerror", (error) => problems.push(String(error)));
        await logInAt(page, `${server.url}/compose/${stack}`);
    });

    afterAll(async () => {
        await browser.close();
        await server.stop();
        await git.close();
        await removeStack(stack);
        await repository.remove();
    });

    it("says what to check while nothing has arrived, and that the hook is not there", async () => {
        await hookPanel().getByText("Not found").waitFor();
        await deliveries().getByText("No delivery yet").waitFor();
        await deliveries().getByText(`/api/webhooks/gitea/`).waitFor();
        await pictures(page, "webhook-empty");
    });

    it("sets the hook up with one button", async () => {
        await hookPanel().getByRole("button", { name: "Create webhook" }).click();
        await hookPanel().getByText("Installed", { exact: true }).waitFor();

        expect(gitea.hooks).toMatchObject([{ active: true, events: ["push"] }]);
        expect(gitea.complaints).toEqual([]);
    });

    it("shows a wrong signature the moment it arrives, and what to do", async () => {
        expect(await deliver({ commit, delivery: "delivery-wrong" }, "not the secret")).toBe(401);

        await deliveries().getByText("the secret at Gitea / Forgejo / Gogs differs").waitFor();
        await newest().getByText("Refused: wrong signature").waitFor();
        expect(await newest().getByRole("button", { name: "Redeliver" }).count()).toBe(0);
        await pictures(page, "webhook-refused");
    });

    it("shows what was ignored and why, and what was deployed", async () => {
        expect(await deliver({ commit, ref: "refs/heads/dev", delivery: "delivery-dev" })).toBe(200);
        await newest().getByText("Ignored").waitFor();
        expect(await deliver({ commit, delivery: "delivery-main" })).toBe(202);
        await newest().getByText("Deployment queued").waitFor();
        await newest()
            .getByText(/answered in \d+ ms/)
            .waitFor();

        expect(await deliveries().getByRole("article").count()).toBe(3);
        await deliveries().getByText("Delivery delivery-dev").waitFor();
        expect(await deliveries().getByText("the secret at Gitea").count()).toBe(0);
        const [deployment] = await rest.history(stack);
        await rest.ended(deployment?.id ?? "");
    });

    it("opens to headers, payload and answer with the keyboard, on a phone too", async () => {
        await newest().getByRole("button", { name: "Deployment queued" }).focus();
        await page.keyboard.press("Enter");

        await newest().getByText("x-gitea-event: push").waitFor();
        const answer = newest().getByRole("region", { name: "Answer (202)" });
        expect(await answer.textContent()).toContain('"verdict": "queued"');
        const payload = newest().getByRole("region", { name: "Payload" });
        expect(await payload.textContent()).toContain(commit);
        expect(await deliveries().textContent()).not.toContain(gitea.hooks[0]?.secret);
        await page.mouse.click(5, 5);
        await pictures(page, "webhook-deliveries");
        await page.setViewportSize({ width: 360, height: 740 });
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
        await page.setViewportSize({ width: 1400, height: 1000 });
    });

    it("delivers again and says what came of it", async () => {
        const ignored = deliveries().getByRole("article").filter({ hasText: "delivery-dev" }).last();
        await ignored.getByRole("button", { name: "Redeliver" }).click();
        await ignored.getByText("Delivered again: Ignored").waitFor();

        const pushed = deliveries().getByRole("article").filter({ hasText: "delivery-main" }).last();
        await pushed.getByRole("button", { name: "Redeliver" }).click();
        const outcome = pushed.getByText("Delivered again: Known already");
        await outcome.waitFor();
        await pictures(page, "webhook-redelivered");
        await outcome.getByRole("link", { name: "Deployment" }).click();
        await page.getByText("successful", { exact: true }).first().waitFor();
    });

    it("takes a token for once where the stored one may not manage webhooks", async () => {
        gitea.trouble = ({ headers }, response) => {
            const refused = headers.authorization === `token ${token}`;
            if (refused) {
                response
                    .writeHead(403, { "content-type": "application/json" })
                    .end('{"message":"needs write:repository"}');
            }
            return refused;
        };
        await page.goto(`${server.url}/compose/${stack}`);
        await hookPanel().getByText("Cannot be read with this token").waitFor();
        await hookPanel().getByText("needs write:repository").waitFor();
        await pictures(page, "webhook-token");

        await hookPanel().getByLabel("Token for this once").fill("another token");
        await hookPanel().getByLabel("Token for this once").press("Enter");
        await hookPanel().getByText("refused the token").waitFor();
        gitea.trouble = undefined;
        await hookPanel().getByLabel("Token for this once").fill(token);
        await hookPanel().getByRole("button", { name: "Check again" }).click();
        await hookPanel().getByText("Installed", { exact: true }).waitFor();
    });

    it("removes the hook after a question", async () => {
        await page.goto(`${server.url}/compose/${stack}`);
        await hookPanel().getByRole("button", { name: "Remove webhook" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Remove webhook" }).click();
        await hookPanel().getByText("Not found").waitFor();

        expect(gitea.hooks).toEqual([]);
        expect(gitea.complaints).toEqual([]);
        expect(problems).toEqual([]);
    });
});
