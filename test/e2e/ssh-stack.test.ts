import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { DeployTarget } from "../../common/schema/deploy-target.ts";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { stackStatus, StackDetails, StackSummary } from "../../common/schema/stack.ts";
import { createCleanings } from "../support/cleanings.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
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

/** What a page is told of the stack. */
function lookAt(page: PageSocket, stack: string) {
    let list: z.infer<typeof StackList>["stackList"] = {};
    const shown = { combined: "", progress: "" };
    page.onPush((event, payload, text) => {
        if (event === "stackList") {
            list = StackList.parse(payload).stackList;
        }
        if (event === "terminalWrite") {
            shown[payload === `combined--${stack}` ? "combined" : "progress"] += String(text);
        }
    });
    return {
        shown,
        listed: () => list[stack],
        press: (event: string) => page.agent(event, stack),
        async untilStatus(status: number, timeout = 5000): Promise<void> {
            await expect.poll(() => list[stack]?.status, { timeout, interval: 50 }).toBe(status);
        },
    };
}

/** What the buttons and the list of the page make of a stack that runs on another machine. Each step stands on the last. */
describe.skipIf(sshd === undefined)("a stack on a machine over SSH, in the page", () => {
    let server: TestServer;
    let rest: Rest;
    let host: RemoteHost;
    let target: DeployTarget;
    let page: PageSocket;
    let repository: WorkRepository;
    let connected: GitRepository;
    let look: ReturnType<typeof lookAt>;
    const cleanings = createCleanings();

    async function pushAndWait(files: Record<string, string | null>, message: string) {
        const commit = await repository.commit(files, message);
        const pushed = await rest.push(connected, { ref: "refs/heads/main", commit });
        return rest.ended(pushed.deploymentIds?.[0] ?? "");
    }

    async function details(): Promise<StackDetails> {
        return StackDetails.parse((await look.press("getStack"))["stack"]);
    }

    beforeAll(async () => {
        host = await startRemoteHost();
        cleanings.add(() => host.close());
        cleanings.add(() => removeStack(stack));
        cleanings.add(() => removeRemoteStack(host, stack));
        server = await startServer({ CICD_SSH_KEEPALIVE_SECONDS: "2" });
        cleanings.add(() => server.stop());
        rest = createRest(server);
        page = await connectPage(server);
        cleanings.add(() => page.close());
        look = lookAt(page, stack);
        repository = await createWorkRepository();
        cleanings.add(() => repository.remove());
        await repository.commit(sampleApp({ port: await freePort(), version: "one" }), "feat: one");
        target = await addTarget(rest, host, { name: "second" });
        connected = await rest.connect(
            stack,
            { url: repository.url, branch: "main", provider: "generic" },
            { targetIds: [target.id] },
        );
        expect((await rest.ended((await rest.deploy(stack)).id)).status).toBe("successful");
    });

    // A line that a test left cut would fail all that come after it.
    afterEach(() => host.mend());

    afterAll(() => cleanings.run());

    it("is listed as running, with its containers by machine", async () => {
        await look.untilStatus(stackStatus.running);
        expect(look.listed()?.elsewhere).toEqual({ machines: ["second"], alsoHere: false });

        await expect
            .poll(() => look.press("serviceStatusList"), { timeout: 10_000 })
            .toMatchObject({
                serviceStatusList: { web: "healthy" },
                machines: [{ name: "second", hostname: host.address, services: { web: "healthy" } }],
            });
    });

    it("shows the compose file of what is live, which is not saved here; its .env is", async () => {
        const { composeFileName, composeYAML } = await details();
        expect(composeFileName).toBe("compose.yaml");
        expect(composeYAML).toContain("services:");

        const save = (yaml: string) => page.agent("saveStack", stack, yaml, "COLOUR=blue\n", false);
        // The deployment's row ends a moment before it gives the stack free.
        await expect.poll(() => save(composeYAML)).toMatchObject({ ok: true });
        expect((await details()).composeENV).toBe("COLOUR=blue\n");

        const refused = await save(`${composeYAML}# mine\n`);
        expect(refused).toMatchObject({ ok: false, code: "conflict" });
        expect(refused.msg).toContain("runs on second");
        expect(await page.agent("deployStack", stack, composeYAML, "", false)).toMatchObject({ ok: false });
        await expect(access(join(server.stacksDirectory, stack, "compose.yaml"))).rejects.toThrow();
    });

    it("follows what its containers write over there", async () => {
        expect(await page.agent("terminalJoin", `combined--${stack}`)).toMatchObject({ ok: true });
        const id = await remoteContainer(host, stack, "web");
        await host.docker("exec", id, "sh", "-c", "echo a word from web > /proc/1/fd/1");

        await expect.poll(() => look.shown.combined, { timeout: 5000 }).toContain("a word from web");
        expect(look.shown.combined).toMatch(/web-1 {2}\| a word from web\r\n/);
    });

    it("is stopped there, and a push does not start it; then it starts again", async () => {
        expect(await look.press("stopStack")).toMatchObject({ ok: true, msg: "Stopped" });
        expect(look.shown.progress).toContain("$ docker compose stop (on second)");
        await look.untilStatus(stackStatus.exited);
        const id = await remoteContainer(host, stack, "web");
        expect(await host.docker("inspect", "-f", "{{.State.Running}}", id)).toBe("false");

        expect((await pushAndWait({ "web/www/index.html": "two\n" }, "feat: two")).status).toBe("successful");
        expect(look.listed()?.status).toBe(stackStatus.exited);

        await expect.poll(() => look.press("startStack")).toMatchObject({ ok: true, msg: "Started" });
        await look.untilStatus(stackStatus.running);
        expect(await containerOf(stack, "web")).toBe("");
        await expect.poll(() => remoteAnswer(host, stack), { timeout: 10_000 }).toBe("two");
    });

    it("restarts and updates the containers that are there", async () => {
        const id = await remoteContainer(host, stack, "web");

        expect(await look.press("restartStack")).toMatchObject({ ok: true, msg: "Restarted" });
        expect(await look.press("updateStack")).toMatchObject({ ok: true, msg: "Updated" });
        expect(await remoteContainer(host, stack, "web")).toBe(id);
        await look.untilStatus(stackStatus.running);
        await host.docker("exec", id, "sh", "-c", "echo after the restart > /proc/1/fd/1");
        await expect.poll(() => look.shown.combined, { timeout: 5000 }).toContain("after the restart");
    });

    it("shows within 2 s what is done by hand over there", async () => {
        const id = await remoteContainer(host, stack, "web");
        await host.docker("stop", "-t", "1", id);
        await look.untilStatus(stackStatus.exited, 2000);
        await host.docker("start", id);
        await look.untilStatus(stackStatus.running, 2000);
    });

    it("answers at once while the machine is cut off, says why it knows nothing, and is back after it", async () => {
        await host.cut();
        try {
            for (const [event, ...args] of [["requestStackList"], ["getStack", stack], ["serviceStatusList", stack]]) {
                const began = performance.now();
                expect(await page.agent(event ?? "", ...args)).toMatchObject({ ok: true });
                expect(performance.now() - began).toBeLessThan(1000);
            }
            await look.untilStatus(stackStatus.unknown, 60_000);
            await expect
                .poll(() => look.listed()?.elsewhere?.note, { timeout: 60_000 })
                .toContain("second is not reached");

            expect(await look.press("stopStack")).toMatchObject({ ok: false, code: "unavailable" });
            const refused = await look.press("deleteStack");
            expect(refused).toMatchObject({ ok: false, code: "unavailable" });
            expect(refused.msg).toContain("Nothing of");
        } finally {
            await host.mend();
        }
        await look.untilStatus(stackStatus.running, 60_000);
        expect(look.listed()?.elsewhere).toEqual({ machines: ["second"], alsoHere: false });
    });

    it("is known again after the server was started anew", async () => {
        page.close();
        await server.kill();
        await server.start();
        page = await connectPage(server);
        look = lookAt(page, stack);
        await page.agent("requestStackList");
        await look.untilStatus(stackStatus.running);
    });

    it("is taken down there before it is deleted here; its folder there stays", async () => {
        await writeFile(join(host.stacks, stack, "kept"), "data\n");

        expect(await look.press("deleteStack")).toMatchObject({ ok: true, msg: "Deleted" });

        expect(await remoteContainer(host, stack, "web")).toBe("");
        await access(join(host.stacks, stack, "kept"));
        await expect.poll(() => look.listed()).toBe(undefined);
    });
});

describe.skipIf(sshd === undefined)("a stack on this machine and on another", () => {
    const both = `ssh-both-${process.pid}`;
    let server: TestServer;
    let host: RemoteHost;
    let page: PageSocket;
    let repository: WorkRepository;
    const cleanings = createCleanings();

    beforeAll(async () => {
        host = await startRemoteHost();
        cleanings.add(() => host.close());
        cleanings.add(() => removeStack(both));
        cleanings.add(() => removeRemoteStack(host, both));
        server = await startServer();
        cleanings.add(() => server.stop());
        page = await connectPage(server);
        cleanings.add(() => page.close());
        repository = await createWorkRepository();
        cleanings.add(() => repository.remove());
        await repository.commit(sampleApp({ port: await freePort(), version: "one" }), "feat: one");
    });

    afterAll(() => cleanings.run());

    it("has the containers, the output and the buttons of both", async () => {
        const rest = createRest(server);
        const look = lookAt(page, both);
        const target = await addTarget(rest, host, { name: "second" });
        const connection = { url: repository.url, branch: "main", provider: "generic" };
        await rest.connect(both, connection, { targetIds: ["local", target.id] });
        expect((await rest.ended((await rest.deploy(both)).id)).status).toBe("successful");
        await look.untilStatus(stackStatus.running);
        expect(look.listed()?.elsewhere).toEqual({ machines: ["second"], alsoHere: true });
        const answer = await look.press("serviceStatusList");
        expect(answer).toMatchObject({ machines: [{ services: { web: "healthy" } }, { name: "second" }] });

        await page.agent("terminalJoin", `combined--${both}`);
        await host.docker(
            "exec",
            await remoteContainer(host, both, "web"),
            "sh",
            "-c",
            "echo from there > /proc/1/fd/1",
        );
        await docker("exec", await containerOf(both, "web"), "sh", "-c", "echo from here > /proc/1/fd/1");
        await expect.poll(() => look.shown.combined, { timeout: 5000 }).toContain("second/web-1  | from there");
        await expect.poll(() => look.shown.combined, { timeout: 5000 }).toContain("from here");

        await host.docker("stop", "-t", "1", await remoteContainer(host, both, "web"));
        await look.untilStatus(stackStatus.exited);
        await expect.poll(() => look.press("startStack")).toMatchObject({ ok: true });
        await look.untilStatus(stackStatus.running);
        expect(await look.press("downStack")).toMatchObject({ ok: true });
        await look.untilStatus(stackStatus.createdFile);
        expect(await remoteContainer(host, both, "web")).toBe("");
        expect(await containerOf(both, "web")).toBe("");
    });
});
