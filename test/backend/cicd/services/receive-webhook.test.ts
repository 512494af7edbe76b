import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createBuildConfigStore } from "../../../../backend/cicd/adapters/sqlite/build-config-store.ts";
import { createDeploymentStore } from "../../../../backend/cicd/adapters/sqlite/deployment-store.ts";
import { createRepositoryStore } from "../../../../backend/cicd/adapters/sqlite/repository-store.ts";
import { createStackStateStore } from "../../../../backend/cicd/adapters/sqlite/stack-state-store.ts";
import { createWebhookEventStore } from "../../../../backend/cicd/adapters/sqlite/webhook-event-store.ts";
import { webhookProviders } from "../../../../backend/cicd/adapters/webhooks/index.ts";
import { registryWebhooks } from "../../../../backend/cicd/adapters/webhooks/registry/index.ts";
import type { NewBuildConfig } from "../../../../backend/cicd/core/build-config.ts";
import type { NewRepository, RepositoryRecord } from "../../../../backend/cicd/core/git-repository.ts";
import { createEnqueue } from "../../../../backend/cicd/services/enqueue-deployment.ts";
import { receiveWebhook } from "../../../../backend/cicd/services/receive-webhook.ts";
import { redeliverWebhook } from "../../../../backend/cicd/services/redeliver-webhook.ts";
import { createRunningDeployments } from "../../../../backend/cicd/services/running-deployments.ts";
import { createCipher } from "../../../../backend/platform/crypto/cipher.ts";
import { AppError } from "../../../../common/errors.ts";
import { createTestClock } from "../../../support/clock.ts";
import { openTestDatabase } from "../../../support/database.ts";
import { newBuildConfig, newRepository } from "../../../support/records.ts";
import {
    genericRequest,
    githubRequest,
    gitlabRequest,
    webhookFixture,
    type SignedRequest,
} from "../../../support/webhook-request.ts";
import { noPipelines } from "../../../support/no-pipelines.ts";

const secret = "a-webhook-secret";
const url = "https://git.example/o/web.git";
const sha = "a".repeat(40);

async function open() {
    const clock = createTestClock();
    const database = await openTestDatabase();
    const cipher = createCipher(randomBytes(32));
    const shared = { database, clock, cipher };
    const deployments = createDeploymentStore(shared);
    const stored = new Map<string, number>();
    const ports = {
        repositories: createRepositoryStore(shared),
        buildConfigs: createBuildConfigStore(shared),
        deployments,
        stackStates: createStackStateStore(shared),
        events: createWebhookEventStore(shared),
        providers: webhookProviders,
        registries: registryWebhooks,
        enqueuePipeline: noPipelines,
        enqueue: createEnqueue({
            deployments,
            running: createRunningDeployments(),
            announce: () => undefined,
            wake: () => undefined,
        }),
        realAddress: async (address: string) => address.replace("file:///link/", "file:///real/"),
        clock,
        releases: { find: async () => undefined },
        mayStoreFailure: async (key: string) => {
            stored.set(key, (stored.get(key) ?? 0) + 1);
            return (stored.get(key) ?? 0) <= 60;
        },
    };

    async function connect(fields: Partial<NewRepository> = {}, config: Partial<NewBuildConfig> = {}) {
        const repository = await ports.repositories.save(newRepository({ url, webhookSecret: secret, ...fields }));
        await ports.buildConfigs.save(
            newBuildConfig({ stackId: repository.stackId, repositoryId: repository.id, ...config }),
        );
        return repository;
    }

    function deliver(
        repository: Pick<RepositoryRecord, "id">,
        request: SignedRequest,
        change: Partial<typeof ports> = {},
    ) {
        return receiveWebhook({ ...ports, ...change })({ id: repository.id, address: "203.0.113.1", ...request });
    }

    return { ...ports, database, connect, deliver, redeliver: redeliverWebhook(ports) };
}

function push(fields: object = {}) {
    return {
        ref: "refs/heads/main",
        before: "b".repeat(40),
        after: sha,
        head_commit: { id: sha, message: "Change", author: { name: "Ada" } },
        commits: [{ id: sha, added: [], modified: ["app/a.ts"], removed: [] }],
        repository: { clone_url: url },
        ...fields,
    };
}

const github = (payload: object, delivery?: string) => githubRequest("push", payload, secret, delivery);

describe("a push", () => {
    it("queues a deployment and stores its event before the answer", async () => {
        const { connect, deliver, events, deployments } = await open();
        const repository = await connect();

        const { status, answer } = await deliver(repository, github(push()));

        expect(status).toBe(202);
        expect(answer).toMatchObject({ ok: true, verdict: "queued", stacks: [{ stack: "web", verdict: "queued" }] });
        const [event] = await events.list("web", 10);
        expect(event).toMatchObject({ id: answer.eventId, verified: true, verdict: "queued", eventType: "push" });
        expect(answer.deploymentIds).toEqual([event?.deploymentId]);
        expect(await deployments.find(event?.deploymentId ?? "")).toMatchObject({
            status: "pending",
            commitSha: sha,
            commitMessage: "Change",
            commitAuthor: "Ada",
            branch: "main",
            triggeredBy: "webhook",
        });
    });

    it.each([
        ["another branch", { ref: "refs/heads/dev" }, /dev is not main/],
        ["a skip marker", { head_commit: { id: sha, message: "x [skip ci]" } }, /skip ci/],
        ["a deletion", { deleted: true, after: "0".repeat(40), head_commit: null }, /deleted/],
        ["a ref that is not allowed", { ref: "refs/heads/a b" }, /not allowed/],
        ["a tag", { ref: "refs/tags/v1" }, /autoDeployTags/],
    ])("is ignored for %s, with 200 and the reason", async (_what, fields, reason) => {
        const { connect, deliver, deployments, events } = await open();
        const { status, answer } = await deliver(await connect(), github(push(fields)));
        expect(status).toBe(200);
        expect(answer).toMatchObject({ ok: true, verdict: "ignored" });
        expect(answer.reason).toMatch(reason);
        expect(await deployments.listActive()).toEqual([]);
        expect(await events.list("web", 10)).toMatchObject([{ verdict: "ignored", processed: true }]);
    });

    it("is ignored by paths, and where autoDeployOnPush is off", async () => {
        const { connect, deliver } = await open();
        const docs = await connect({ stackId: "docs", paths: ["docs"] });
        expect((await deliver(docs, github(push(), "1"))).answer).toMatchObject({ verdict: "ignored" });
        const off = await connect({ url: "https://git.example/o/off" }, { autoDeployOnPush: false });
        const other = github(push({ repository: { clone_url: off.url } }), "2");
        expect((await deliver(off, other)).answer.reason).toMatch(/autoDeployOnPush/);
    });

    it("to another repository is ignored, and the reason names both", async () => {
        const { connect, deliver, deployments } = await open();
        const repository = await connect();
        await connect({ stackId: "other", url: "https://git.example/o/other" });
        const { status, answer } = await deliver(
            repository,
            github(push({ repository: { clone_url: "https://git.example/o/other" } })),
        );
        expect(status).toBe(200);
        expect(answer.reason).toMatch(/o\/other.*o\/web/);
        expect(await deployments.listActive()).toEqual([]);
    });

    it("is matched by an alias, and a file by its real path", async () => {
        const { connect, deliver } = await open();
        const aliased = await connect({ aliases: ["ssh://git@inner:2222/o/web"] });
        const inner = github(push({ repository: { ssh_url: "git@inner:o/web.git" } }), "1");
        expect((await deliver(aliased, inner)).status).toBe(202);
        const linked = await connect({ stackId: "files", provider: "generic", url: "file:///link/app.git" });
        const real = genericRequest({ commit: sha, url: "file:///real/app.git" }, secret);
        expect((await deliver(linked, real)).status).toBe(202);
    });

    it("serves every stack of the same address, each with a verdict of its own", async () => {
        const { connect, deliver, events } = await open();
        const web = await connect();
        await connect({ stackId: "staging", url: "git@git.example:o/web", branch: "dev", provider: "gitlab" });
        await connect({ stackId: "tools", url: "https://git.example:8443/o/web/", paths: ["app/**"] });
        await connect({ stackId: "elsewhere", url: "https://git.example/o/else" });

        const { status, answer } = await deliver(web, github(push()));

        expect(status).toBe(202);
        const verdicts = new Map(answer.stacks?.map(({ stack, verdict }) => [stack, verdict]));
        expect(verdicts).toEqual(
            new Map([
                ["web", "queued"],
                ["staging", "ignored"],
                ["tools", "queued"],
            ]),
        );
        expect(answer.deploymentIds).toHaveLength(2);
        for (const stack of ["web", "staging", "tools"]) {
            expect(await events.list(stack, 10)).toHaveLength(1);
        }
        expect(await events.list("elsewhere", 10)).toEqual([]);
    });
});

describe("a delivery that comes again", () => {
    it("is a duplicate while its deployment is active or successful", async () => {
        const { connect, deliver, deployments } = await open();
        const repository = await connect();
        const first = await deliver(repository, github(push(), "same"));
        const id = first.answer.deploymentIds?.[0] ?? "";
        expect((await deliver(repository, github(push(), "same"))).answer).toMatchObject({ verdict: "duplicate" });
        await deployments.transition(id, "pending", "deploying");
        await deployments.transition(id, "deploying", "successful");
        const again = await deliver(repository, github(push(), "same"));
        expect(again).toMatchObject({ status: 200, answer: { verdict: "duplicate", deploymentIds: [id] } });
    });

    it("is evaluated again after a failure", async () => {
        const { connect, deliver, deployments } = await open();
        const repository = await connect();
        const first = await deliver(repository, github(push(), "same"));
        await deployments.transition(first.answer.deploymentIds?.[0] ?? "", "pending", "failed");
        const again = await deliver(repository, github(push(), "same"));
        expect(again).toMatchObject({ status: 202, answer: { verdict: "queued" } });
        expect(again.answer.deploymentIds).not.toEqual(first.answer.deploymentIds);
    });

    it("under another id is a duplicate, too, for the same commit", async () => {
        const { connect, deliver } = await open();
        const repository = await connect();
        const first = await deliver(repository, github(push(), "one"));
        const second = await deliver(repository, github(push(), "two"));
        expect(second.answer).toMatchObject({ verdict: "duplicate", deploymentIds: first.answer.deploymentIds });
    });

    it("at the same instant queues once", async () => {
        const { connect, deliver, deployments } = await open();
        const repository = await connect();
        const replies = await Promise.all(
            Array.from({ length: 20 }, () => deliver(repository, github(push(), "same"))),
        );
        expect(replies.filter(({ status }) => status === 202)).toHaveLength(1);
        expect(await deployments.listActive()).toHaveLength(1);
    });
});

describe("other events", () => {
    it("answer pong to a ping", async () => {
        const { connect, deliver, events } = await open();
        const ping = githubRequest("ping", { zen: "x", repository: { clone_url: "https://elsewhere/x/y" } }, secret);
        expect(await deliver(await connect(), ping)).toMatchObject({
            status: 200,
            answer: { ok: true, verdict: "pong" },
        });
        expect(await events.list("web", 10)).toMatchObject([{ verdict: "pong", eventType: "ping" }]);
    });

    it("ignore pull requests and what is unknown", async () => {
        const { connect, deliver } = await open();
        const repository = await connect();
        for (const event of ["pull_request", "something_new"]) {
            const reply = await deliver(repository, githubRequest(event, { repository: { clone_url: url } }, secret));
            expect(reply).toMatchObject({ status: 200, answer: { verdict: "ignored" } });
            expect(reply.answer.reason).toContain(event);
        }
    });

    it("are taken from GitLab and from any other sender", async () => {
        const { connect, deliver } = await open();
        const gitlab = await connect({
            provider: "gitlab",
            branch: "master",
            url: "http://gitlab.example.com/mike/diaspora",
        });
        expect((await deliver(gitlab, gitlabRequest("Push Hook", webhookFixture("gitlab/push"), secret))).status).toBe(
            202,
        );
        const generic = await connect({ stackId: "any", provider: "generic", branch: "trunk", url: "https://h/o/r" });
        const reply = await deliver(generic, genericRequest(undefined, secret));
        expect(reply.status).toBe(202);
    });
});

describe("a request that proves nothing", () => {
    it("gets 404 for an unknown hook", async () => {
        const { deliver } = await open();
        expect(await deliver({ id: "none" }, github(push()))).toMatchObject({ status: 404, answer: { ok: false } });
    });

    it("gets 401, and is stored without its body", async () => {
        const { connect, deliver, events, deployments } = await open();
        const repository = await connect();
        const request = githubRequest("push", push(), "wrong secret");
        const reply = await deliver(repository, request);
        expect(reply).toMatchObject({ status: 401, answer: { ok: false, verdict: "rejected" } });
        expect(await events.list("web", 10)).toMatchObject([{ verified: false, verdict: "rejected" }]);
        expect((await events.list("web", 10))[0]?.payload ?? null).toBeNull();
        expect(await deployments.listActive()).toEqual([]);
    });

    it("does not prevent the true delivery with the same id", async () => {
        const { connect, deliver } = await open();
        const repository = await connect();
        await deliver(repository, githubRequest("push", push(), "wrong secret", "same"));
        expect((await deliver(repository, github(push(), "same"))).status).toBe(202);
    });

    it("is not stored past the limit, while true deliveries still are", async () => {
        const { connect, deliver, events } = await open();
        const repository = await connect();
        for (let count = 0; count < 70; count += 1) {
            expect((await deliver(repository, githubRequest("push", push(), "wrong"))).status).toBe(401);
        }
        expect(await events.list("web", 200)).toHaveLength(60);
        expect((await deliver(repository, github(push()))).status).toBe(202);
    });

    it("may not use another provider's header", async () => {
        const { connect, deliver } = await open();
        const repository = await connect();
        expect((await deliver(repository, gitlabRequest("Push Hook", push(), secret))).status).toBe(401);
        expect(
            (await deliver(repository, { body: Buffer.from("{}"), headers: { authorization: `Bearer ${secret}` } }))
                .status,
        ).toBe(401);
    });

    it("is told where its provider is not understood", async () => {
        const { connect, deliver } = await open();
        const repository = await connect({ provider: "bitbucket" });
        const reply = await deliver(repository, github(push()), { providers: new Map() });
        expect(reply).toMatchObject({ status: 401, answer: { verdict: "rejected" } });
        expect(reply.answer.reason).toMatch(/bitbucket.*generic/);
    });
});

describe("a verified body that cannot be read", () => {
    it("gets 400 with the reason, and is stored", async () => {
        const { connect, deliver, events } = await open();
        const reply = await deliver(await connect(), github({ ...push(), ref: 7 }));
        expect(reply).toMatchObject({ status: 400, answer: { ok: false, verdict: "rejected" } });
        expect(reply.answer.reason).toMatch(/body\.ref/);
        expect(await events.list("web", 10)).toMatchObject([{ verified: true, verdict: "rejected" }]);
    });
});

describe("what was answered", () => {
    it("is stored with the event, with how long it took", async () => {
        const { connect, deliver, events, clock, realAddress } = await open();
        const repository = await connect();
        await connect({ stackId: "shop" });
        const slow = async (address: string) => {
            clock.advance(7);
            return realAddress(address);
        };

        const { status, answer } = await deliver(repository, github(push()), { realAddress: slow });

        const [event] = await events.list("web", 1);
        expect(event?.answer).toEqual({ status, body: answer });
        expect(event?.id).toBe(answer.eventId);
        expect(event?.durationMilliseconds).toBeGreaterThanOrEqual(7);
        expect((await events.list("shop", 1))[0]?.answer).toEqual(event?.answer);
    });

    it.each([
        ["a wrong signature", () => githubRequest("push", push(), "wrong"), 401],
        ["a body that cannot be read", () => github({ ...push(), ref: 7 }), 400],
        ["a ping", () => githubRequest("ping", {}, secret), 200],
    ] as const)("is stored for %s, too", async (_name, request, expected) => {
        const { connect, deliver, events } = await open();
        const { status, answer } = await deliver(await connect(), request());

        expect(status).toBe(expected);
        expect((await events.list("web", 1))[0]?.answer).toEqual({ status, body: answer });
    });

    it("is nothing for what is delivered again by hand", async () => {
        const { connect, deliver, redeliver } = await open();
        const { answer } = await deliver(await connect(), github(push()));
        expect((await redeliver({ id: answer.eventId ?? "", caller: { username: "ada" } })).answer).toBeUndefined();
    });
});

describe("the database", () => {
    const broken = async () => Promise.reject(new AppError("unavailable", "the database is locked; try again"));

    it("that fails to store makes the sender come again, and then finds the deployment", async () => {
        const { connect, deliver, deployments, events } = await open();
        const repository = await connect();
        const failing = { events: { ...events, createAll: broken } };
        const reply = await deliver(repository, github(push(), "same"), failing);
        expect(reply).toMatchObject({ status: 503, retryAfterSeconds: 30, answer: { ok: false } });
        expect(await deployments.listActive()).toHaveLength(1);
        const again = await deliver(repository, github(push(), "same"));
        expect(again).toMatchObject({ status: 200, answer: { verdict: "duplicate" } });
        expect(again.answer.deploymentIds).toHaveLength(1);
    });

    it("that fails before anything is done answers 503", async () => {
        const { connect, deliver, repositories } = await open();
        const repository = await connect();
        const failing = { repositories: { ...repositories, find: broken } };
        expect((await deliver(repository, github(push()), failing)).status).toBe(503);
    });

    it("holds no secret of any delivery", async () => {
        const { connect, deliver, database } = await open();
        const gitlab = await connect({ provider: "gitlab", url: "http://gitlab.example.com/mike/diaspora" });
        await deliver(
            gitlab,
            gitlabRequest("Push Hook", { ...webhookFixture("gitlab/push"), note: `secret ${secret}` }, secret),
        );
        await deliver(gitlab, gitlabRequest("Push Hook", {}, "another-secret"));
        const generic = await connect({ stackId: "any", provider: "generic", url: "https://h/o/r" });
        const headers = { authorization: `Bearer ${secret}`, cookie: "session=1", "x-note": secret };
        await deliver(generic, { body: Buffer.from(JSON.stringify({ message: secret })), headers });
        await deliver(generic, { body: Buffer.from("{}"), headers: { "x-signature-256": secret } });
        const url = "https://gitlab-ci-token:job-t0ken@git.example/o/other";
        const { answer } = await deliver(generic, genericRequest({ url }, secret));
        expect(answer.reason).toMatch(/about https:\/\/\*\*\*@git\.example/);
        const text = JSON.stringify(await database.knex("webhook_events"));
        expect(text).not.toMatch(/a-webhook-secret|another-secret|session=1|job-t0ken/);
        expect(text).toContain("***");
    });

    it("keeps of a very large body only its size", async () => {
        const { connect, deliver, events } = await open();
        const reply = await deliver(await connect(), github(push({ filler: "x".repeat(2_000_000) })));
        expect(reply.status).toBe(202);
        expect((await events.list("web", 1))[0]?.payload).toMatchObject({ cut: true });
    });
});

describe("redelivering", () => {
    const caller = { username: "ada" };

    it("evaluates a stored push again by today's rules, as a new event", async () => {
        const { connect, deliver, redeliver, events, deployments } = await open();
        const repository = await connect({}, { autoDeployOnPush: false });
        const { answer } = await deliver(repository, github(push()));
        await connect();
        const event = await redeliver({ id: answer.eventId ?? "", caller });
        expect(event).toMatchObject({ verdict: "queued", eventType: "push" });
        expect(event.id).not.toBe(answer.eventId);
        expect(await deployments.find(event.deploymentId ?? "")).toMatchObject({
            triggeredByUser: "ada",
            commitSha: sha,
        });
        expect(await events.list("web", 10)).toHaveLength(2);
        expect(await redeliver({ id: event.id, caller })).toMatchObject({ verdict: "duplicate" });
    });

    it("works for a form, and for a body that was empty", async () => {
        const { connect, deliver, redeliver } = await open();
        const generic = await connect({ provider: "generic" }, { autoDeployOnPush: false });
        const { answer } = await deliver(generic, genericRequest(undefined, secret));
        await connect({ provider: "generic" });
        expect(await redeliver({ id: answer.eventId ?? "", caller })).toMatchObject({ verdict: "queued" });
    });

    it("refuses what was not verified, is cut, or does not exist", async () => {
        const { connect, deliver, redeliver, events } = await open();
        const repository = await connect();
        await deliver(repository, githubRequest("push", push(), "wrong"));
        const [rejected] = await events.list("web", 1);
        await expect(redeliver({ id: rejected?.id ?? "", caller })).rejects.toMatchObject({ code: "conflict" });
        await deliver(repository, github(push({ filler: "x".repeat(2_000_000) })));
        const [cut] = await events.list("web", 1);
        await expect(redeliver({ id: cut?.id ?? "", caller })).rejects.toMatchObject({ code: "conflict" });
        await expect(redeliver({ id: "none", caller })).rejects.toMatchObject({ code: "not_found" });
    });
});
