import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { removeStack } from "../support/docker.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sendWebhook } from "../support/send-webhook.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, smallService } from "../support/small-app.ts";
import { until } from "../support/until.ts";
import { gitlabRequest, webhookFixture } from "../support/webhook-request.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `undone-${process.pid}`;
const secret = "gitlab does not tell forced pushes";

/** A stack that belongs to the folder `app`, and a sender that lists changed files; each step stands on the one before. */
describe("a commit that is undone by a forced push", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let connected: GitRepository;
    let port: number;
    let first: string;

    const app = (version: string) => ({
        "app/compose.yaml": `services:\n${smallService("web", { port, version })}`,
    });

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        first = await repository.commit(app("one"), "one");
        connected = await rest.connect(
            stack,
            {
                url: repository.url,
                branch: "main",
                provider: "gitlab",
                webhookSecret: secret,
                aliases: ["http://gitlab.example.com/mike/diaspora.git"],
            },
            { composePath: "app/compose.yaml" },
        );
        expect(await rest.ended((await rest.deploy(stack)).id)).toMatchObject({ status: "successful" });
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    /** As GitLab tells it: the commits that are new, with their files. */
    function push(before: string, after: string, files: readonly string[]) {
        const commits = [{ id: after, message: "change", added: [], modified: files, removed: [] }];
        const fields = { ref: "refs/heads/main", before, after, checkout_sha: after };
        const payload = { ...webhookFixture("gitlab/push"), ...fields, commits, total_commits_count: 1 };
        return sendWebhook(server, connected.id, gitlabRequest("Push Hook", payload, secret, randomUUID()));
    }

    async function newest(): Promise<Deployment | undefined> {
        return (await rest.history(stack))[0];
    }

    it("is taken back, although the files that the push lists are none of the stack's", async () => {
        const second = await repository.commit(app("two"), "two");
        const sent = await push(first, second, ["app/compose.yaml"]);
        expect(await rest.ended(sent.deploymentIds?.[0] ?? "")).toMatchObject({ status: "successful" });
        await repository.git("reset", "-q", "--hard", first);
        await repository.git("push", "-q", "--force", "origin", "main");
        const third = await repository.commit({ "docs/index.md": "words\n" }, "docs");

        expect(await push(second, third, ["docs/index.md"])).toMatchObject({ status: 200, verdict: "ignored" });

        await until(async () => (await newest())?.commitSha === third);
        expect(await rest.ended((await newest())?.id ?? "")).toMatchObject({
            status: "successful",
            triggeredBy: "webhook",
        });
        expect(await answerOn(port)).toBe("one");
    });

    it("is not looked for in vain: a push elsewhere leaves the stack alone", async () => {
        const before = await rest.history(stack);
        const third = before[0]?.commitSha ?? "";
        const fourth = await repository.commit({ "docs/index.md": "more words\n" }, "docs");

        expect(await push(third, fourth, ["docs/index.md"])).toMatchObject({ status: 200, verdict: "ignored" });
        const fifth = await repository.commit(app("five"), "five");
        const sent = await push(fourth, fifth, ["app/compose.yaml"]);
        await rest.ended(sent.deploymentIds?.[0] ?? "");

        expect((await rest.history(stack)).map(({ commitSha }) => commitSha)).not.toContain(fourth);
    });
});
