import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { containing } from "../support/containing.ts";
import { GitRepository } from "../../common/schema/git-repository.ts";
import { containerOf, removeStack } from "../support/docker.ts";
import { connectMainPage, fieldsOf, type MainPage } from "../support/main-page.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sampleApp } from "../support/sample-app.ts";
import { admin, freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, idleService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const byHand = `agents-hand-${process.pid}`;
const pushed = `agents-push-${process.pid}`;

/** A browser on one server, with the stacks of another; each step stands on the one before. */
describe("another server, through the main server's proxy", () => {
    let main: TestServer;
    let agent: TestServer;
    let agentRest: Rest;
    let page: MainPage;
    let endpoint = "";
    let repository: WorkRepository;

    beforeAll(async () => {
        [main, agent] = await Promise.all([startServer(), startServer()]);
        agentRest = createRest(agent);
        endpoint = new URL(agent.url).host;
        page = await connectMainPage(main);
        repository = await createWorkRepository();
    });

    afterAll(async () => {
        page.close();
        await main.stop();
        await agent.stop();
        await removeStack(byHand);
        await removeStack(pushed);
        await repository.remove();
    });

    it("is not taken in with a wrong password, which nobody gets to see", async () => {
        const refused = await page.call("addAgent", { url: agent.url, ...admin, password: "wrong-horse-77" });

        expect(refused).toMatchObject({ ok: false, msg: containing("refuses user name or password") });
        expect(JSON.stringify(refused) + main.output() + agent.output()).not.toContain("wrong-horse-77");
    });

    it("comes online for every browser", async () => {
        const second = await connectMainPage(main);

        const added = await page.call("addAgent", { url: agent.url, ...admin, name: "Cellar" });

        expect(added).toMatchObject({ ok: true, msg: "agentAddedSuccessfully" });
        for (const browser of [page, second]) {
            await browser.sees("agentStatus", { endpoint, status: "online" });
            await browser.sees("stackList", { ok: true, endpoint });
            const entry = { url: agent.url, username: admin.username, endpoint, name: "Cellar", updatedName: "" };
            expect(browser.pushes("agentList").at(-1)?.["agentList"]).toMatchObject({ [endpoint]: entry });
        }
        second.close();
    });

    it("deploys a stack by hand, with its progress and its log", async () => {
        const yaml = `services:\n${idleService("app")}`;

        const deployed = await page.agent(endpoint, "deployStack", byHand, yaml, "", true);

        expect(deployed).toMatchObject({ ok: true, msg: "Deployed" });
        expect(page.terminal(`compose-${endpoint}-${byHand}`)).toMatch(/Started|Running/);
        expect(await containerOf(byHand, "app")).not.toBe("");
        expect(await page.agent(endpoint, "getStack", byHand)).toMatchObject({
            stack: { name: byHand, composeYAML: yaml, endpoint, isManagedByDockge: true },
        });
        await expect
            .poll(() => JSON.stringify(page.pushes("stackList").filter((list) => list["endpoint"] === endpoint)))
            .toContain(byHand);
        // Both servers use one engine here, but the files are the agent's.
        expect(await page.agent("", "getStack", byHand)).toMatchObject({ stack: { isManagedByDockge: false } });
    });

    it("opens a shell in its container, and shows what it prints", async () => {
        expect(await page.agent(endpoint, "interactiveTerminal", byHand, "app", "sh")).toMatchObject({ ok: true });
        const shell = `container-exec-${endpoint}-${byHand}-app-0`;
        await page.agent(endpoint, "terminalJoin", shell);

        await page.agent(endpoint, "terminalInput", shell, "echo $((40 + 2)) from far\r");

        await expect.poll(() => page.terminal(shell)).toContain("42 from far");
    });

    it("connects a repository there, and takes a push to healthy before the browser's eyes", async () => {
        const port = await freePort();
        const commit = await repository.commit(sampleApp({ port, version: "one" }), "feat: one");
        const input = { url: repository.url, branch: "main", provider: "generic" };

        const saved = await page.agent(endpoint, "saveGitRepository", pushed, input);

        expect(saved).toMatchObject({ ok: true });
        const secret = await page.agent(endpoint, "getWebhookSecret", pushed);
        const connected = GitRepository.parse({
            ...fieldsOf(saved["repository"]),
            webhookSecret: secret["webhookSecret"],
        });
        const { deploymentIds = [] } = await agentRest.push(connected, { ref: "refs/heads/main", commit });
        const [id = ""] = deploymentIds;
        await page.sees("deploymentStatusUpdate", { endpoint });
        expect(await page.agent(endpoint, "subscribeBuildLog", id, {})).toMatchObject({ ok: true });
        await page.sees("deploymentStatusUpdate", {
            endpoint,
            deployment: expect.objectContaining({ id, status: "successful" }),
        });
        await page.sees("buildLogUpdate", { endpoint, deploymentId: id });
        expect(await answerOn(port)).toBe("one");
        expect(await page.agent(endpoint, "getDeploymentHistory", pushed, 10)).toMatchObject({
            deployments: [{ id, status: "successful", commitMessage: "feat: one" }],
        });
        expect(await page.agent("", "getDeploymentHistory", pushed, 10)).toMatchObject({ ok: false });
    });

    it("is meant by an event for all, as this server is", async () => {
        const before = page.pushes("stackList").length;

        const answer = await page.agent("##ALL_DOCKGE_ENDPOINTS##", "requestStackList");

        expect(answer).toMatchObject({ ok: true, msg: "Updated" });
        await expect
            .poll(
                () =>
                    new Set(
                        page
                            .pushes("stackList")
                            .slice(before)
                            .map((list) => list["endpoint"]),
                    ),
            )
            .toEqual(new Set(["", endpoint]));
    });

    it("goes offline when it dies, and comes back by itself", async () => {
        await agent.kill();
        await expect.poll(() => page.statusOf(endpoint)).toBe("offline");

        await agent.start();

        await expect.poll(() => page.statusOf(endpoint), { timeout: 60_000 }).toBe("online");
        expect(await page.agent(endpoint, "stopStack", byHand)).toMatchObject({ ok: true, msg: "Stopped" });
    });

    it("is connected after the main server's own restart, with the password that is sealed on disk", async () => {
        page.close();
        await main.kill();
        await main.start();
        page = await connectMainPage(main);

        await page.sees("agentStatus", { endpoint, status: "online" });
    });

    it("is gone after its removal", async () => {
        expect(await page.call("removeAgent", agent.url)).toMatchObject({ ok: true, msg: "agentRemovedSuccessfully" });

        expect(Object.keys(fieldsOf(page.pushes("agentList").at(-1)?.["agentList"]))).toEqual([""]);
        expect(await page.agent(endpoint, "requestStackList")).toMatchObject({
            ok: false,
            msg: `Socket client not connected for endpoint: ${endpoint}`,
        });
    });
});
