import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { DeployTarget } from "../../common/schema/deploy-target.ts";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { stackStatus, StackDetails, StackSummary } from "../../common/schema/stack.ts";
import { containerOf, removeStack } from "../support/docker.ts";
import { connectPage, type PageSocket } from "../support/page-socket.ts";
import { type RemoteHost, startRemoteHost } from "../support/remote-host.ts";
import { addTarget, remoteAnswer, remoteContainer, removeRemoteStack } from "../support/remote-stack.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sampleApp } from "../support/sample-app.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { findSshd } from "../support/ssh-server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const sshd = await findSshd();
const stack = `ssh-stack-${process.pid}`;
const StackList = z.object({ stackList: z.record(z.string(), StackSummary) });

/** What the buttons and the list of the page make of a stack that runs on another machine. Each step stands on the last. */
describe.skipIf(sshd === undefined)("a stack on a machine over SSH, in the page", () => {
    let server: TestServer;
    let rest: Rest;
    let host: RemoteHost;
    let target: DeployTarget;
    let page: PageSocket;
    let repository: WorkRepository;
    let connected: GitRepository;
    let list: z.infer<typeof StackList>["stackList"] = {};
    const shown = { combined: "", progress: "" };

    /** Waits until the page was told of a status. */
    async function untilStatus(status: number, timeout = 5000): Promise<void> {
        await expect.poll(() => list[stack]?.status, { timeout, interval: 50 }).toBe(status);
    }

    function press(event: string) {
        return page.agent(event, stack);
    }

    async function pushAndWait(files: Record<string, string | null>, message: string) {
        const commit = await repository.commit(files, message);
        const pushed = await rest.push(connected, { ref: "refs/heads/main", commit });
        return rest.ended(pushed.deploymentIds?.[0] ?? "");
    }

    async function details(): Promise<StackDetails> {
        return StackDetails.parse((await press("getStack"))["stack"]);
    }

    beforeAll(async () => {
        host = await startRemoteHost();
        server = await startServer();
        rest = createRest(server);
        page = await connectPage(server);
        page.onPush((event, payload, text) => {
            if (event === "stackList") {
                list = StackList.parse(payload).stackList;
            }
            if (event === "terminalWrite") {
                shown[payload === `combined--${stack}` ? "combined" : "progress"] += String(text);
            }
        });
        repository = await createWorkRepository();
        await repository.commit(sampleApp({ port: await freePort(), version: "one" }), "feat: one");
        target = await addTarget(rest, host, { name: "second" });
        connected = await rest.connect(
            stack,
            { url: repository.url, branch: "main", provider: "generic" },
            { targetIds: [target.id] },
        );
        expect((await rest.ended((await rest.deploy(stack)).id)).status).toBe("successful");
    });

    afterAll(async () => {
        page.close();
        await server.stop();
        await removeRemoteStack(host, stack);
        await removeStack(stack);
        await host.close();
        await repository.remove();
    });

    it("is listed as running, with its containers by machine", async () => {
        await untilStatus(stackStatus.running);
        expect(list[stack]?.elsewhere).toEqual({ machines: ["second"], alsoHere: false });

        await expect
            .poll(() => press("serviceStatusList"), { timeout: 10_000 })
            .toMatchObject({
                serviceStatusList: { web: "healthy" },
                machines: [{ name: "second", hostname: host.address, services: { web: "healthy" } }],
            });
    });

    it("shows the compose file of what is live, which is not saved here; its .env is", async () => {
        const { composeFileName, composeYAML } = await details();
        expect(composeFileName).toBe("compose.yaml");
        expect(composeYAML).toContain("services:");

        const refused = await page.agent("saveStack", stack, `${composeYAML}# mine\n`, "", false);
        expect(refused).toMatchObject({ ok: false, code: "conflict" });
        expect(refused.msg).toContain("runs on second");
        expect(await page.agent("deployStack", stack, composeYAML, "", false)).toMatchObject({ ok: false });

        expect(await page.agent("saveStack", stack, composeYAML, "COLOUR=blue\n", false)).toMatchObject({ ok: true });
        expect((await details()).composeENV).toBe("COLOUR=blue\n");
        await expect(access(join(server.stacksDirectory, stack, "compose.yaml"))).rejects.toThrow();
    });

    it("follows what its containers write over there", async () => {
        expect(await page.agent("terminalJoin", `combined--${stack}`)).toMatchObject({ ok: true });
        const id = await remoteContainer(host, stack, "web");
        await host.docker("exec", id, "sh", "-c", "echo a word from web > /proc/1/fd/1");

        await expect.poll(() => shown.combined, { timeout: 5000 }).toContain("a word from web");
        expect(shown.combined).toMatch(/web-1 {2}\| a word from web\r\n/);
    });

    it("is stopped there, and a push does not start it; then it starts again", async () => {
        expect(await press("stopStack")).toMatchObject({ ok: true, msg: "Stopped" });
        expect(shown.progress).toContain("$ docker compose stop (on second)");
        await untilStatus(stackStatus.exited);
        const id = await remoteContainer(host, stack, "web");
        expect(await host.docker("inspect", "-f", "{{.State.Running}}", id)).toBe("false");

        expect((await pushAndWait({ "web/www/index.html": "two\n" }, "feat: two")).status).toBe("successful");
        expect(list[stack]?.status).toBe(stackStatus.exited);

        expect(await press("startStack")).toMatchObject({ ok: true, msg: "Started" });
        await untilStatus(stackStatus.running);
        expect(await containerOf(stack, "web")).toBe("");
        await expect.poll(() => remoteAnswer(host, stack), { timeout: 10_000 }).toBe("two");
    });

    it("restarts the containers that are there", async () => {
        const id = await remoteContainer(host, stack, "web");

        expect(await press("restartStack")).toMatchObject({ ok: true, msg: "Restarted" });
        expect(await remoteContainer(host, stack, "web")).toBe(id);
        await untilStatus(stackStatus.running);
        await host.docker("exec", id, "sh", "-c", "echo after the restart > /proc/1/fd/1");
        await expect.poll(() => shown.combined, { timeout: 5000 }).toContain("after the restart");
    });

    it("shows within 2 s what is done by hand over there", async () => {
        const id = await remoteContainer(host, stack, "web");
        await host.docker("stop", "-t", "1", id);
        await untilStatus(stackStatus.exited, 2000);
        await host.docker("start", id);
        await untilStatus(stackStatus.running, 2000);
    });

    it("answers at once while the machine is cut off, says why it knows nothing, and is back after it", async () => {
        await host.cut();
        try {
            for (const event of ["requestStackList", "getStack", "serviceStatusList"]) {
                const began = performance.now();
                expect(await press(event)).toMatchObject({ ok: true });
                expect(performance.now() - began).toBeLessThan(1000);
            }
            await untilStatus(stackStatus.unknown, 60_000);
            await expect.poll(() => list[stack]?.elsewhere?.note, { timeout: 60_000 }).toContain("second is not reached");

            expect(await press("stopStack")).toMatchObject({ ok: false, code: "unavailable" });
            const refused = await press("deleteStack");
            expect(refused).toMatchObject({ ok: false, code: "unavailable" });
            expect(refused.msg).toContain("Nothing of");
        } finally {
            await host.mend();
        }
        await untilStatus(stackStatus.running, 60_000);
        expect(list[stack]?.elsewhere).toEqual({ machines: ["second"], alsoHere: false });
    });

    it("is known again after the server was started anew", async () => {
        page.close();
        await server.kill();
        await server.start();
        page = await connectPage(server);
        page.onPush((event, payload) => {
            if (event === "stackList") {
                list = StackList.parse(payload).stackList;
            }
        });
        list = {};
        await page.agent("requestStackList");
        await untilStatus(stackStatus.running);
    });

    it("is taken down there before it is deleted here; its folder there stays", async () => {
        await writeFile(join(host.stacks, stack, "kept"), "data\n");

        expect(await press("deleteStack")).toMatchObject({ ok: true, msg: "Deleted" });

        expect(await remoteContainer(host, stack, "web")).toBe("");
        await access(join(host.stacks, stack, "kept"));
        await expect.poll(() => Object.hasOwn(list, stack)).toBe(false);
        expect(list).toEqual({});
    });
});
