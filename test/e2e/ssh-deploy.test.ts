import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeployTarget } from "../../common/schema/deploy-target.ts";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { createCleanings } from "../support/cleanings.ts";
import { containerOf, removeStack } from "../support/docker.ts";
import { type RemoteHost, startRemoteHost } from "../support/remote-host.ts";
import { addTarget, remoteAnswer, remoteContainer, removeRemoteStack } from "../support/remote-stack.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sampleApp } from "../support/sample-app.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { findSshd } from "../support/ssh-server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const sshd = await findSshd();
const stack = `ssh-deploy-${process.pid}`;

/** One stack's life on a machine over SSH; each step stands on the one before. */
describe.skipIf(sshd === undefined)("a stack that is deployed to a machine over SSH", () => {
    let server: TestServer;
    let rest: Rest;
    let host: RemoteHost;
    let target: DeployTarget;
    let repository: WorkRepository;
    let connected: GitRepository;
    let port: number;
    const cleanings = createCleanings();

    async function pushAndWait(files: Record<string, string | null>, message: string) {
        const commit = await repository.commit(files, message);
        const pushed = await rest.push(connected, { ref: "refs/heads/main", commit });
        expect(pushed).toMatchObject({ status: 202, verdict: "queued" });
        return rest.ended(pushed.deploymentIds?.[0] ?? "");
    }

    beforeAll(async () => {
        host = await startRemoteHost();
        cleanings.add(() => host.close());
        cleanings.add(() => removeStack(stack));
        cleanings.add(() => removeRemoteStack(host, stack));
        server = await startServer();
        cleanings.add(() => server.stop());
        rest = createRest(server);
        repository = await createWorkRepository();
        cleanings.add(() => repository.remove());
        port = await freePort();
        await repository.commit({ "README.md": "app\n" }, "start");
        target = await addTarget(rest, host, { name: "second" });
        connected = await rest.connect(
            stack,
            { url: repository.url, branch: "main", provider: "generic" },
            { targetIds: [target.id] },
        );
    });

    afterAll(() => cleanings.run());

    it("goes live over there after a push, and nothing of it runs here", async () => {
        const ended = await pushAndWait(sampleApp({ port, version: "one" }), "feat: one");

        expect(ended).toMatchObject({ status: "successful" });
        expect(ended.machines).toMatchObject([{ id: target.id, name: "second", state: "done" }]);
        expect(await remoteAnswer(host, stack)).toBe("one");
        expect(await containerOf(stack, "web")).toBe("");
    });

    it("recreates only the service whose image changed", async () => {
        const api = await remoteContainer(host, stack, "api");

        const ended = await pushAndWait({ "web/www/index.html": "two\n" }, "feat: two");

        expect(ended.status).toBe("successful");
        expect(await remoteAnswer(host, stack)).toBe("two");
        expect(await remoteContainer(host, stack, "api")).toBe(api);
    });

    it("rolls an unhealthy release back over there", async () => {
        const ended = await pushAndWait(
            { "web/Dockerfile": 'FROM cicd/busybox:1\nCOPY www /www\nCMD ["sleep", "1000"]\n' },
            "feat: sleeps instead of serving",
        );

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(ended.machines).toMatchObject([{ id: target.id, name: "second", state: "restored" }]);
        expect(await remoteAnswer(host, stack)).toBe("two");
    });
});
