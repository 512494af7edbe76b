import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { openBrowser, pictures } from "../support/browser.ts";
import { removeStack } from "../support/docker.ts";
import { followLog } from "../support/follow-log.ts";
import { logInAt } from "../support/logged-in.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, smallService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `asked-${process.pid}`;
const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";

/** Somebody who decides about pushes; each step stands on the one before. */
describe.skipIf(!hasBrowser)("approving in the browser", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let connected: GitRepository;
    let browser: Browser;
    let page: Page;
    let port: number;
    const problems: string[] = [];

    const banner = () => page.getByRole("region", { name: "Waiting for approval" });

    async function push(version: string, more: string): Promise<string> {
        const services = smallService("web", { port, version, more });
        const commit = await repository.commit({ "compose.yaml": `services:\n${services}` }, `feat: ${version}`);
        const { deploymentIds } = await rest.push(connected, { ref: "refs/heads/main", commit });
        const id = deploymentIds?.[0] ?? "";
        await followLog(server, id, (line) => line.includes("Waiting for approval"));
        return id;
    }

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        await repository.commit(
            { "compose.yaml": `services:\n${smallService("web", { port, version: "one" })}` },
            "one",
        );
        connected = await rest.connect(stack, { url: repository.url, branch: "main", provider: "generic" });
        await rest.ended((await rest.deploy(stack)).id);
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
        await removeStack(stack);
        await repository.remove();
    });

    it("is asked for with a switch", async () => {
        const asking = page.getByRole("switch", { name: "Ask before they go live" });
        await asking.check();
        const triggers = page.locator("section", { has: page.getByRole("heading", { name: "Automatic deployments" }) });
        await triggers.getByRole("button", { name: "Save" }).click();
        await page.getByText("Automatic deployments saved").or(triggers.locator("button[disabled]")).first().waitFor();

        await expect
            .poll(async () => (await rest.call("GET", `/stacks/${stack}/build-config`)).body)
            .toMatchObject({ approval: true });
    });

    it("shows on the stack's page what a push would change, and lets it go live with the keyboard alone", async () => {
        const id = await push("two", "    environment: {LEVEL: high}\n    volumes: ['/etc:/host-etc:ro']\n");
        await banner().getByText("recreated").waitFor();
        await banner().getByText("LEVEL").waitFor();
        await banner().getByText("web mounts /etc of this machine").waitFor();
        await pictures(page, "approval-stack");

        await banner().getByRole("button", { name: "Approve" }).focus();
        await page.keyboard.press("Enter");

        await banner().waitFor({ state: "detached" });
        expect(await rest.ended(id)).toMatchObject({ status: "successful", approvedBy: "admin" });
        expect(await answerOn(port)).toBe("two");
    });

    it("shows it on the deployment's page, too; rejected it changes nothing", async () => {
        const id = await push("three", "");
        await page.goto(`${server.url}/deployments/${id}`);
        await banner().getByText("recreated").waitFor();
        await pictures(page, "approval-deployment");

        await banner().getByRole("button", { name: "Reject" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Reject" }).click();

        await page.getByText("Rejected by admin.").first().waitFor();
        expect(await rest.ended(id)).toMatchObject({ status: "cancelled", errorCode: "rejected" });
        expect(await answerOn(port)).toBe("two");
    });

    it("tells afterwards who approved", async () => {
        await page.goto(`${server.url}/compose/${stack}`);
        await page.getByText("approved by admin").first().waitFor();

        expect(problems).toEqual([]);
    });
});
