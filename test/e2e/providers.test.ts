import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { GitProvider, GitRepository } from "../../common/schema/git-repository.ts";
import { WebhookEvent } from "../../common/schema/webhook-event.ts";
import { removeStack } from "../support/docker.ts";
import {
    bitbucketCloudPush,
    bitbucketCloudPushes,
    bitbucketDataCenterPush,
    genericBearer,
    genericPush,
    giteaForm,
    giteaPush,
    githubForm,
    githubPush,
    gitlabPush,
    gitlabSigned,
    gogsPush,
    nothing,
    payloadAddresses,
    type Push,
} from "../support/provider-pushes.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sendWebhook, type SentAnswer } from "../support/send-webhook.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, idleService, smallApp } from "../support/small-app.ts";
import { bitbucketRequest, githubExamples, githubRequest, webhookFixture } from "../support/webhook-request.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const secret = "a webhook's own secret";
const message = "äöü & = +";
const [githubAddress = ""] = payloadAddresses;

function payloadsOf(event: string): readonly Readonly<Record<string, unknown>>[] {
    return githubExamples().find(({ name }) => name === event)?.examples ?? [];
}

describe("a push that a git server tells", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let port: number;
    let commits = 0;
    const stacks = new Set<string>();

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        await repository.commit({ "README.md": "app\n" }, "start");
    });

    afterAll(async () => {
        await server.stop();
        await Promise.all([...stacks].map(removeStack));
        await repository.remove();
    });

    async function connect(name: string, provider: GitProvider, more: object = {}): Promise<GitRepository> {
        const stack = `${name}-${process.pid}`;
        stacks.add(stack);
        const aliases = payloadAddresses;
        const given = { url: repository.url, branch: "main", provider, webhookSecret: secret, aliases, ...more };
        return rest.connect(stack, given);
    }

    async function commit(files?: Record<string, string | null>, branch?: string): Promise<string> {
        commits += 1;
        const idle = { "compose.yaml": `services:\n${idleService("web", `    labels: {version: "${commits}"}\n`)}` };
        return repository.commit(files ?? idle, `feat: ${commits}`, branch);
    }

    async function ended(sent: SentAnswer) {
        return rest.ended(sent.deploymentIds?.[0] ?? "");
    }

    async function events(stack: string): Promise<readonly WebhookEvent[]> {
        const { body } = await rest.call("GET", `/stacks/${stack}/webhook-events`);
        return z.object({ items: z.array(WebhookEvent) }).parse(body).items;
    }

    describe.each([
        ["github", "github", githubPush, secret],
        ["github, as a form", "github", githubForm, secret],
        ["gitlab", "gitlab", gitlabPush, secret],
        ["gitlab, with its signing token", "gitlab", gitlabSigned, secret],
        ["bitbucket cloud", "bitbucket", bitbucketCloudPush, secret],
        ["bitbucket data center", "bitbucket", bitbucketDataCenterPush, secret],
        ["gitea", "gitea", giteaPush("gitea"), secret],
        ["gitea, as a form", "gitea", giteaForm, secret],
        ["forgejo", "gitea", giteaPush("forgejo"), secret],
        ["gogs", "gitea", gogsPush, secret],
        ["any tool, signed", "generic", genericPush, secret],
        ["any tool, with a bearer token", "generic", genericBearer, secret.replaceAll(" ", "-")],
    ] as const)("by %s", (name, provider, makePush, webhookSecret) => {
        const push = (given: Push) => makePush(given, webhookSecret);
        let hook: GitRepository;
        const short = name.replaceAll(/[^a-z]+/g, "-");

        beforeAll(async () => {
            hook = await connect(short, provider, { webhookSecret });
        });

        afterAll(async () => {
            await removeStack(hook.stackId);
            await rest.call("DELETE", `/stacks/${hook.stackId}/repository`);
        });

        it("goes live and healthy, and answers the same delivery as a duplicate", async () => {
            const request = push({ commit: await commit(smallApp({ port, version: short })) });

            const sent = await sendWebhook(server, hook.id, request);

            expect(sent).toMatchObject({ ok: true, status: 202, verdict: "queued" });
            expect(sent.stacks).toEqual([
                { stack: hook.stackId, verdict: "queued", deploymentId: sent.deploymentIds?.[0] },
            ]);
            expect(await ended(sent)).toMatchObject({ status: "successful", triggeredBy: "webhook" });
            expect(await answerOn(port)).toBe(short);
            const again = await sendWebhook(server, `${provider}/${hook.id}`, request);
            expect(again).toMatchObject({ ok: true, status: 200, verdict: "duplicate" });
        });

        it("is refused without the right proof, and stored without its body", async () => {
            const request = push({ commit: await commit() });
            const forged = Object.entries(request.headers).map(
                ([name, value]) => [name, value.replace(/.$/, "~")] as const,
            );

            const sent = await sendWebhook(server, hook.id, { ...request, headers: Object.fromEntries(forged) });

            expect(sent).toMatchObject({ ok: false, status: 401, verdict: "rejected" });
            const [stored] = await events(hook.stackId);
            expect(stored).toMatchObject({ verified: false, verdict: "rejected", payload: null });
        });

        it("of another branch, of a deletion and of [skip ci] is ignored with the reason", async () => {
            const now = await commit();
            const ignored = [
                [{ commit: now, ref: "refs/heads/other" }, "branch other is not main"],
                [{ commit: nothing, before: now }, "the branch or tag was deleted"],
                [{ commit: now, message: "docs: more [skip ci]" }, "the commit message says [skip ci]"],
            ] as const;
            for (const [given, reason] of ignored) {
                const sent = await sendWebhook(server, hook.id, push(given));

                expect(sent).toMatchObject({ ok: true, status: 200, verdict: "ignored" });
                expect(sent.reason).toContain(reason);
            }
            expect((await rest.history(hook.stackId)).map((row) => row.status)).toEqual(["successful"]);
        });

        it("is listed with its payload and without the secret", async () => {
            const listed = await events(hook.stackId);

            expect(listed.map(({ verdict }) => verdict)).toEqual([
                "ignored",
                "ignored",
                "ignored",
                "rejected",
                "duplicate",
                "queued",
            ]);
            expect(listed.at(-1)).toMatchObject({
                stack: hook.stackId,
                provider,
                verified: true,
            });
            expect(JSON.stringify(listed.at(-1)?.payload)).toMatch(/"main"|refs\/heads\/main/);
            expect(JSON.stringify(listed)).not.toContain(webhookSecret);
        });
    });

    it("answers GitHub's ping with pong", async () => {
        const hook = await connect("ping", "github");
        const [ping] = payloadsOf("ping");

        const sent = await sendWebhook(server, hook.id, githubRequest("ping", ping, secret, randomUUID()));

        expect(sent).toMatchObject({ ok: true, status: 200, verdict: "pong" });
        const [stored] = await events(hook.stackId);
        expect(stored).toMatchObject({ eventType: "ping", verdict: "pong", verified: true });
    });

    it("keeps its text in a form, and tells Data Center's test connection from a push", async () => {
        const form = await connect("form", "github");
        const sent = await sendWebhook(server, form.id, githubForm({ commit: await commit(), message }, secret));
        expect(await ended(sent)).toMatchObject({ status: "successful" });
        expect((await events(form.stackId))[0]).toMatchObject({ payload: { head_commit: { message } } });

        const hook = await connect("test-connection", "bitbucket");
        const ping = bitbucketRequest("diagnostics:ping", webhookFixture("bitbucket/data-center-ping"), secret);
        expect(await sendWebhook(server, hook.id, ping)).toMatchObject({ status: 200, verdict: "pong" });
    });

    it("of several refs at once is decided ref by ref for every stack", async () => {
        await repository.git("push", "-q", "origin", "main:other");
        const onDev = await commit(undefined, "dev");
        await repository.git("checkout", "-q", "main");
        const onMain = await commit();
        const hook = await connect("several", "bitbucket");
        const dev = await connect("several-dev", "bitbucket", { branch: "dev" });
        const other = await connect("several-other", "bitbucket", { branch: "other" });
        const changes = [
            { commit: nothing, before: onMain, ref: "refs/heads/gone" },
            { commit: onDev, ref: "refs/heads/dev" },
            { commit: onMain, ref: "refs/heads/main" },
        ];

        const sent = await sendWebhook(server, hook.id, bitbucketCloudPushes(changes, secret));

        expect(sent).toMatchObject({ status: 202, verdict: "queued" });
        const verdicts = new Map(sent.stacks?.map((one) => [one.stack, one]));
        const commits = [];
        for (const { stackId } of [hook, dev]) {
            const deployment = await rest.ended(verdicts.get(stackId)?.deploymentId ?? "");
            expect(deployment).toMatchObject({ status: "successful" });
            commits.push(deployment.commitSha);
        }
        expect(commits).toEqual([onMain, onDev]);
        expect(verdicts.get(other.stackId)).toMatchObject({ verdict: "ignored" });
        expect(await events(other.stackId)).toHaveLength(1);
    });

    it.each([
        ["gitea", giteaPush("gitea")],
        ["gogs", gogsPush],
    ] as const)("of an annotated tag deploys the commit that it points to, told by %s", async (name, makePush) => {
        const stack = `tag-${name}`;
        const hook = await connect(stack, "gitea");
        await rest.call("PUT", `/stacks/${hook.stackId}/build-config`, { autoDeployTags: ["v.*"] });
        const tagged = await commit();
        await repository.git("tag", "-a", `v-${name}`, "-m", "first", tagged);
        await repository.git("push", "-q", "origin", `v-${name}`);

        const sent = await sendWebhook(
            server,
            hook.id,
            makePush({ commit: tagged, ref: `refs/tags/v-${name}` }, secret),
        );

        expect(sent).toMatchObject({ status: 202, verdict: "queued" });
        expect(await ended(sent)).toMatchObject({ status: "successful", tag: `v-${name}`, commitSha: tagged });
    });

    it("of another repository is ignored, and the reason names both addresses", async () => {
        const hook = await connect("foreign", "github", { aliases: [] });

        const sent = await sendWebhook(server, hook.id, githubPush({ commit: await commit() }, secret));

        expect(sent).toMatchObject({ status: 200, verdict: "ignored" });
        expect(sent.reason).toContain(githubAddress);
        expect(sent.reason).toContain(repository.url);
    });

    it("serves every stack that is connected to the same address, each by its own rules", async () => {
        const front = await connect("front", "github");
        const back = await connect("back", "generic", { aliases: [], webhookSecret: "another secret" });
        const docs = await connect("docs", "github", { branch: "main", paths: ["docs/**"] });
        const before = await commit();

        const sent = await sendWebhook(server, front.id, githubPush({ commit: await commit(), before }, secret));

        expect(sent).toMatchObject({ status: 202, verdict: "queued" });
        const verdicts = new Map(sent.stacks?.map((one) => [one.stack, one]));
        expect(verdicts.get(front.stackId)).toMatchObject({ verdict: "queued" });
        expect(verdicts.get(back.stackId)).toMatchObject({ verdict: "queued" });
        expect(verdicts.get(docs.stackId)).toMatchObject({ verdict: "ignored" });
        expect(sent.deploymentIds).toContain(verdicts.get(back.stackId)?.deploymentId);
        const ids = [front, back].map(({ stackId }) => verdicts.get(stackId)?.deploymentId ?? "");
        expect((await Promise.all(ids.map(rest.ended))).map((row) => row.status)).toEqual(["successful", "successful"]);
        expect((await events(back.stackId))[0]).toMatchObject({ stack: back.stackId, verdict: "queued" });
        expect((await events(docs.stackId))[0]).toMatchObject({ verdict: "ignored", verified: true });
    });

    it("is evaluated again after a failure, by the sender and by the page's button", async () => {
        const hook = await connect("again", "github");
        const request = githubPush({ commit: await commit({ "compose.yaml": "services: {}\n" }) }, secret);
        const first = await sendWebhook(server, hook.id, request);
        expect(await ended(first)).toMatchObject({ status: "failed", errorCode: "compose_invalid" });

        const second = await sendWebhook(server, hook.id, request);
        expect(second).toMatchObject({ status: 202, verdict: "queued" });
        expect(second.deploymentIds).not.toEqual(first.deploymentIds);
        expect(await ended(second)).toMatchObject({ status: "failed" });

        const answer = await rest.call("POST", `/webhook-events/${first.eventId}/redeliver`);
        const redelivered = WebhookEvent.parse(answer.body);
        expect(redelivered).toMatchObject({ stack: hook.stackId, verdict: "queued", verified: true });
        expect(await rest.ended(redelivered.deploymentId ?? "")).toMatchObject({
            status: "failed",
            triggeredBy: "webhook",
            triggeredByUser: "admin",
        });
    });

    it("is redelivered as a duplicate while its commit is live", async () => {
        const hook = await connect("live", "gitlab");
        const sent = await sendWebhook(server, hook.id, gitlabPush({ commit: await commit() }, secret));
        expect(await ended(sent)).toMatchObject({ status: "successful" });

        const answer = await rest.call("POST", `/webhook-events/${sent.eventId}/redeliver`);

        expect(WebhookEvent.parse(answer.body)).toMatchObject({ verdict: "duplicate" });
        expect(await rest.history(hook.stackId)).toHaveLength(1);
    });

    it("that was refused cannot be redelivered", async () => {
        const hook = await connect("refused", "generic");
        const sent = await sendWebhook(server, hook.id, { body: Buffer.from("{}"), headers: {} });
        expect(sent).toMatchObject({ status: 401, ok: false });

        const answer = await rest.call("POST", `/webhook-events/${sent.eventId}/redeliver`);

        expect(answer).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
    });

    it("to an unknown address is told so", async () => {
        const sent = await sendWebhook(server, "github/nobody", githubPush({ commit: nothing }, secret));

        expect(sent).toMatchObject({ ok: false, status: 404 });
    });
});
