import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import { containerOf, removeStack } from "../support/docker.ts";
import { followLog } from "../support/follow-log.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sampleApp } from "../support/sample-app.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `cancel-${process.pid}`;

describe("cancelling a deployment", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let port: number;
    let live: Deployment;

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        await repository.commit(sampleApp({ port, version: "one" }), "one");
        await rest.connect(stack, { url: repository.url, branch: "main" });
        live = await rest.ended((await rest.deploy(stack)).id);
        expect(live.status).toBe("successful");
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    it("ends the build's processes and leaves the stack alone", async () => {
        const web = await containerOf(stack, "web");
        await repository.commit({ "web/Dockerfile": "FROM cicd/busybox:1\nRUN echo slow-step && sleep 300\n" }, "slow");
        const deployment = await rest.deploy(stack);
        await followLog(server, deployment.id, (line) => line.includes("slow-step"));

        const started = Date.now();
        await rest.call("POST", `/deployments/${deployment.id}/cancel`);
        const ended = await rest.ended(deployment.id);

        expect(ended).toMatchObject({ status: "cancelled", errorCode: "cancelled" });
        expect(Date.now() - started).toBeLessThan(6000);
        expect(await containerOf(stack, "web")).toBe(web);
    });

    it("restores the old release when it was applying already", async () => {
        await repository.commit(
            {
                ...sampleApp({ port, version: "two" }),
                "web/Dockerfile": 'FROM cicd/busybox:1\nCOPY www /www\nCMD ["sleep", "1000"]\n',
            },
            "never healthy",
        );
        const deployment = await rest.deploy(stack);
        await followLog(server, deployment.id, (line) => line.includes("Waiting:"));

        await rest.call("POST", `/deployments/${deployment.id}/cancel`);
        const ended = await rest.ended(deployment.id);

        expect(ended).toMatchObject({ status: "cancelled", errorCode: "cancelled" });
        expect((await (await fetch(`http://127.0.0.1:${port}/`)).text()).trim()).toBe("one");
    });

    it("refuses to cancel what has ended", async () => {
        const answer = await rest.call("POST", `/deployments/${live.id}/cancel`);

        expect(answer).toMatchObject({ status: 409, body: { ok: false, error: { code: "conflict" } } });
    });
});
