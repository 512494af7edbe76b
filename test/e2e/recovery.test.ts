import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import { compose, containerOf, docker, removeStack } from "../support/docker.ts";
import { followLog } from "../support/follow-log.ts";
import { processesWith } from "../support/processes.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sampleApp } from "../support/sample-app.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `recovery-${process.pid}`;

/** A log line after which the server is killed, and what the commit does. */
interface Moment {
    readonly name: string;
    readonly line: string;
    readonly kind: "good" | "unhealthy";
    /** Kill a second time at this line, after the restart. */
    readonly again?: string;
}

const moments: readonly Moment[] = [
    { name: "before anything is fetched", line: "Fetching branch", kind: "good" },
    { name: "when the commit is known", line: "Commit ", kind: "good" },
    { name: "when the build begins", line: "Building ", kind: "good" },
    { name: "in the middle of the build", line: "slow-step", kind: "good" },
    { name: "when the plan is made", line: "What will change:", kind: "good" },
    { name: "when the first service is brought up", line: "web: recreate (", kind: "good" },
    { name: "while compose recreates a container", line: "Recreate", kind: "good" },
    { name: "while it is verified", line: "Waiting:", kind: "good" },
    { name: "when the rollback begins", line: "Rolling back to", kind: "unhealthy" },
    { name: "twice: in the build and while it is verified", line: "slow-step", kind: "good", again: "Waiting:" },
];

describe("a server that is killed while it deploys", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let port: number;

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        await repository.commit(sampleApp({ port, version: "start" }), "start");
        await rest.connect(stack, { url: repository.url, branch: "main" });
        const first = await rest.ended((await rest.deploy(stack)).id);
        expect(first.status).toBe("successful");
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    async function answer(): Promise<string> {
        return (await (await fetch(`http://127.0.0.1:${port}/`)).text()).trim();
    }

    async function killAt(id: string, line: string): Promise<void> {
        await followLog(server, id, (text) => text.includes(line));
        await server.kill();
        await server.start();
    }

    it.each(moments)("ends it truly, exactly once: killed $name", async (moment) => {
        const before = await answer();
        const number = moments.indexOf(moment);
        const serve = moment.kind === "good" ? '"httpd", "-f", "-p", "8080", "-h", "/www"' : '"sleep", "1000"';
        await repository.commit(
            {
                "web/www/index.html": `version ${number}\n`,
                "web/Dockerfile": `FROM cicd/busybox:1\nRUN echo slow-step ${number} && sleep 1\nCOPY www /www\nCMD [${serve}]\n`,
            },
            `feat: ${moment.name}`,
        );
        const deployment = await rest.deploy(stack);

        await killAt(deployment.id, moment.line);
        if (moment.again !== undefined) {
            await killAt(deployment.id, moment.again);
        }
        const ended = await rest.ended(deployment.id);

        const good = moment.kind === "good";
        expect(ended).toMatchObject({ status: good ? "successful" : "rolled_back" });
        expect(await answer()).toBe(good ? `version ${number}` : before);
        await expectNothingLeft(deployment);
    });

    async function expectNothingLeft(deployment: Deployment): Promise<void> {
        const history = await rest.history(stack);
        expect(history.filter((row) => row.id === deployment.id)).toHaveLength(1);
        expect(history.filter((row) => row.rollbackOf === deployment.id).length).toBeLessThanOrEqual(1);
        expect(history.filter((row) => !["successful", "rolled_back"].includes(row.status))).toEqual([]);
        expect(await readdir(join(server.dataDirectory, "cicd", "workspaces"))).toEqual([]);
        expect(await processesWith(`CICD_DEPLOYMENT_ID=${deployment.id}`)).toEqual([]);
        const names = await docker("ps", "-a", "--format", "{{.Names}}", "--filter", `name=${stack}`);
        expect(names.split("\n").sort()).toEqual([`${stack}-api-1`, `${stack}-web-1`]);
        const web = await containerOf(stack, "web");
        await compose(join(server.stacksDirectory, stack), "up", "-d");
        expect(await containerOf(stack, "web")).toBe(web);
        const seqs = await sequenceOf(deployment.id);
        expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    }

    async function sequenceOf(id: string): Promise<readonly number[]> {
        const response = await fetch(`${server.url}/api/v1/deployments/${id}/logs`, {
            headers: { authorization: `Bearer ${server.token}`, accept: "text/event-stream" },
        });
        const text = await response.text();
        return [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
    }
});
