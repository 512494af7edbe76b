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
import type { NewDeployment } from "../../../../backend/cicd/core/deployment.ts";
import type { RepositoryRecord } from "../../../../backend/cicd/core/git-repository.ts";
import { createEnqueue } from "../../../../backend/cicd/services/enqueue-deployment.ts";
import {
    type ReceiveRegistryPorts,
    receiveRegistryPush,
} from "../../../../backend/cicd/services/receive-registry-push.ts";
import { redeliverWebhook } from "../../../../backend/cicd/services/redeliver-webhook.ts";
import { createRunningDeployments } from "../../../../backend/cicd/services/running-deployments.ts";
import { createCipher } from "../../../../backend/platform/crypto/cipher.ts";
import type { DeployedImage } from "../../../../common/schema/deployment.ts";
import { AppError } from "../../../../common/errors.ts";
import { createTestClock } from "../../../support/clock.ts";
import { matching } from "../../../support/containing.ts";
import { openTestDatabase } from "../../../support/database.ts";
import { newBuildConfig, newDeployment, newRepository } from "../../../support/records.ts";
import { hexHmac, webhookFixture } from "../../../support/webhook-request.ts";
import { noPipelines } from "../../../support/no-pipelines.ts";

const secret = "a-webhook-secret";
const url = "https://git.example/o/web.git";
const commitSha = "c".repeat(40);
const digestOf = (digit: number): string => `sha256:${String(digit).repeat(64)}`;
const name = "registry.example:5000/team/shop:1.4";
const running: DeployedImage = {
    service: "web",
    image: name,
    imageId: "sha256:old",
    digest: `registry.example:5000/team/shop@${digestOf(9)}`,
    built: false,
};
const pushed = webhookFixture("registry/oci-notification");

/** A push without an id of its own. */
function harborPush(digit: number) {
    const resource = { resource_url: name, tag: "1.4", digest: digestOf(digit) };
    return { type: "PUSH_ARTIFACT", event_data: { resources: [resource] } };
}

async function open() {
    const clock = createTestClock();
    const database = await openTestDatabase();
    const shared = { database, clock, cipher: createCipher(randomBytes(32)) };
    const deployments = createDeploymentStore(shared);
    const stored = new Map<string, number>();
    /** Deployment → its release, as far as a push of images looks at it. */
    const applied = new Map<string, { readonly images: readonly DeployedImage[] }>();
    const ports = {
        repositories: createRepositoryStore(shared),
        buildConfigs: createBuildConfigStore(shared),
        deployments,
        stackStates: createStackStateStore(shared),
        events: createWebhookEventStore(shared),
        providers: webhookProviders,
        registries: registryWebhooks,
        releases: { find: async (id: string) => applied.get(id) },
        enqueuePipeline: noPipelines,
        enqueue: createEnqueue({
            deployments,
            running: createRunningDeployments(),
            announce: () => undefined,
            wake: () => undefined,
        }),
        realAddress: async (address: string) => address,
        clock,
        mayStoreFailure: async (key: string) => {
            stored.set(key, (stored.get(key) ?? 0) + 1);
            return (stored.get(key) ?? 0) <= 2;
        },
    };
    async function connect(stackId = "web", config: Partial<NewBuildConfig> = {}, address = url) {
        const repository = await ports.repositories.save(
            newRepository({ stackId, url: address, webhookSecret: secret }),
        );
        await ports.buildConfigs.save(
            newBuildConfig({ stackId, repositoryId: repository.id, buildType: "compose_only", ...config }),
        );
        return repository;
    }
    async function makeLive(repository: RepositoryRecord, fields: Partial<NewDeployment> = {}) {
        const { stackId, id: repositoryId } = repository;
        return deployments.create(
            newDeployment({ stackId, repositoryId, commitSha, images: [running], status: "successful", ...fields }),
        );
    }
    function send(
        repository: Pick<RepositoryRecord, "id">,
        body: unknown,
        given: { headers?: Record<string, string>; token?: string } = {
            headers: { authorization: `Bearer ${secret}` },
        },
        change: Partial<ReceiveRegistryPorts> = {},
    ) {
        const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
        const { headers = {}, token } = given;
        return receiveRegistryPush({ ...ports, ...change })({
            id: repository.id,
            address: "203.0.113.1",
            body: bytes,
            headers,
            token,
        });
    }
    /** A deployment of a commit that has pulled these images, and is bringing them up. */
    async function makeApplying({ stackId, id: repositoryId }: RepositoryRecord, images: readonly DeployedImage[]) {
        const row = await deployments.create(newDeployment({ stackId, repositoryId, commitSha: "d".repeat(40) }));
        await deployments.transition(row.id, "pending", "deploying");
        applied.set(row.id, { images });
    }
    return { ...ports, connect, makeLive, makeApplying, send, redeliver: redeliverWebhook(ports) };
}

describe("a push of an image that a service uses", () => {
    it("queues the live commit with it, and stores its event before the answer", async () => {
        const { connect, makeLive, send, deployments, events } = await open();
        const repository = await connect();
        await makeLive(repository, { commitMessage: "Shop", commitAuthor: "Ada" });

        const { status, answer } = await send(repository, pushed);

        expect(status).toBe(202);
        expect(answer).toMatchObject({ ok: true, verdict: "queued", stacks: [{ stack: "web", verdict: "queued" }] });
        expect(await deployments.find(answer.deploymentIds?.[0] ?? "")).toMatchObject({
            status: "pending",
            commitSha,
            branch: "main",
            commitMessage: "Shop",
            triggeredBy: "webhook",
            refreshImages: [{ image: name, digest: digestOf(2) }],
        });
        expect(await events.list("web", 10)).toMatchObject([
            {
                id: answer.eventId,
                eventType: "registry_push",
                provider: "github",
                verified: true,
                verdict: "queued",
                payload: pushed,
                deliveryId: "5a0bfa4e-3ff9-4d5c-94d8-3aa1d2f0bb9b",
                signature: "***",
                headers: { authorization: "***" },
            },
        ]);
    });

    it("finds it where we pinned it, by the name of the compose file", async () => {
        const { connect, makeLive, send, deployments } = await open();
        const repository = await connect("web", { pinImages: true });
        await makeLive(repository, { images: [{ ...running, image: `${name}@${digestOf(9)}` }] });

        const known = await send(repository, harborPush(9));
        const { answer } = await send(repository, pushed);

        expect(known.answer.verdict).toBe("duplicate");
        expect(await deployments.find(answer.deploymentIds?.[0] ?? "")).toMatchObject({
            refreshImages: [{ image: name, digest: digestOf(2) }],
        });
    });

    it("finds it by all of its names: Docker's own are completed", async () => {
        const { connect, makeLive, send, deployments } = await open();
        const repository = await connect();
        const names = [
            "ada/shop",
            "docker.io/ada/shop:latest",
            `ada/shop@${digestOf(1)}`,
            "ada/shop:2",
            "ghcr.io/ada/shop",
        ];
        await makeLive(repository, { images: names.map((image) => ({ ...running, service: image, image })) });

        const { answer } = await send(repository, webhookFixture("registry/docker-hub"));

        const queued = await deployments.find(answer.deploymentIds?.[0] ?? "");
        expect(queued?.refreshImages).toEqual([{ image: "ada/shop" }, { image: "docker.io/ada/shop:latest" }]);
    });

    it.each([
        ["for the first time", undefined],
        ["with a service that is new", [{ ...running, image: "nginx:1" }]],
    ])("comes after the commit that brings it up %s", async (_, before) => {
        const { connect, makeLive, makeApplying, send, deployments } = await open();
        const repository = await connect();
        if (before !== undefined) {
            await makeLive(repository, { images: before });
        }
        await makeApplying(repository, [running]);

        const { status, answer } = await send(repository, pushed);

        expect(status).toBe(202);
        expect(await deployments.find(answer.deploymentIds?.[0] ?? "")).toMatchObject({
            status: "pending",
            refreshImages: [{ image: name, digest: digestOf(2) }],
        });
    });

    it("is no news for a commit that brings it up already", async () => {
        const { connect, makeApplying, send } = await open();
        const repository = await connect();
        await makeApplying(repository, [{ ...running, digest: `registry.example:5000/team/shop@${digestOf(2)}` }]);

        expect((await send(repository, pushed)).answer.verdict).toBe("duplicate");
    });

    it("serves every stack of the same address, each by its own rules", async () => {
        const { connect, makeLive, send, events } = await open();
        const repository = await connect();
        await makeLive(repository);
        await makeLive(await connect("second"));
        await connect("third");
        await makeLive(await connect("elsewhere", {}, "https://git.example/o/other.git"));

        const { answer } = await send(repository, pushed);

        expect(answer.stacks).toMatchObject([
            { stack: "web", verdict: "queued" },
            { stack: "second", verdict: "queued" },
            { stack: "third", verdict: "ignored" },
        ]);
        expect(answer.deploymentIds).toHaveLength(2);
        expect(await events.list("third", 10)).toHaveLength(1);
        expect(await events.list("elsewhere", 10)).toEqual([]);
    });

    it.each([
        ["that builds its images", { buildType: "docker_build" }, {}, /compose_only/],
        ["that does not deploy by itself", { autoDeployOnPush: false }, {}, /autoDeployOnPush/],
        ["that pulls nothing", { pullPolicy: "never" }, {}, /pullPolicy/],
        ["where release 0 is live", {}, { commitSha: "" }, /deploy the stack once first/],
        ["that was connected to another repository", {}, { repositoryId: "other" }, /deploy the stack once first/],
        [
            "that uses others",
            {},
            { images: [{ ...running, image: "nginx:1" }] },
            /the stack uses nginx:1; registry\.example:5000\/team\/shop:1\.4 was pushed/,
        ],
        [
            "that pinned it by a digest",
            {},
            { images: [{ ...running, image: `${name}@${digestOf(1)}` }] },
            /the stack uses/,
        ],
        [
            "that built an image of this name",
            {},
            { images: [{ ...running, built: true }] },
            /uses no image of a registry/,
        ],
    ] as const)("leaves a stack alone %s", async (_what, config, fields, reason) => {
        const { connect, makeLive, send, deployments } = await open();
        const repository = await connect("web", config);
        await makeLive(repository, fields);

        const { status, answer } = await send(repository, pushed);

        expect(status).toBe(200);
        expect(answer).toMatchObject({ verdict: "ignored", reason: matching(reason) });
        expect(await deployments.listActive("web")).toEqual([]);
    });

    it("names a few of many images", async () => {
        const { connect, makeLive, send } = await open();
        const repository = await connect();
        await makeLive(repository, { images: [1, 2, 3, 4, 5, 6, 7].map((tag) => ({ ...running, image: `a:${tag}` })) });

        expect((await send(repository, pushed)).answer.reason).toMatch(/uses a:1, a:2, a:3, a:4, a:5 and 2 more;/);
    });

    it("is ignored where the stack was never deployed", async () => {
        const { connect, send } = await open();

        expect((await send(await connect(), pushed)).answer.reason).toMatch(/deploy the stack once first/);
    });
});

describe("a duplicate", () => {
    it("is what the stack runs already, unless something else is on its way", async () => {
        const { connect, makeLive, send } = await open();
        const repository = await connect();
        const digest = `registry.example:5000/team/shop@${digestOf(2)}`;
        const live = await makeLive(repository, { images: [{ ...running, digest }] });

        expect(await send(repository, pushed)).toMatchObject({
            status: 200,
            answer: { verdict: "duplicate", deploymentIds: [live.id] },
        });
        const first = await send(repository, harborPush(3));
        const again = await send(repository, harborPush(2));
        expect([first.answer.verdict, again.answer.verdict]).toEqual(["queued", "queued"]);
        expect(again.answer.deploymentIds).toEqual(first.answer.deploymentIds);
    });

    it("is what waits already, and the same delivery while its deployment is not at a bad end", async () => {
        const { connect, makeLive, send, deployments } = await open();
        const repository = await connect();
        await makeLive(repository);
        const first = await send(repository, pushed);
        const id = first.answer.deploymentIds?.[0] ?? "";

        expect((await send(repository, pushed)).answer).toMatchObject({ verdict: "duplicate", deploymentIds: [id] });
        await deployments.transition(id, "pending", "failed");
        expect((await send(repository, pushed)).answer.verdict).toBe("queued");
    });
});

describe("a delivery that proves itself", () => {
    it("by a signature or the token in the address is taken", async () => {
        const { connect, makeLive, send } = await open();
        const repository = await connect();
        await makeLive(repository);
        const signature = `sha256=${hexHmac(secret, Buffer.from(JSON.stringify(pushed)))}`;

        expect(await send(repository, pushed, { headers: { "x-hub-signature-256": signature } })).toMatchObject({
            status: 202,
        });
        const token = registryWebhooks.token({ id: repository.id, secret });
        expect(await send(repository, pushed, { token })).toMatchObject({
            status: 200,
            answer: { verdict: "duplicate" },
        });
    });

    it("but cannot be read gets 400", async () => {
        const { connect, send, events } = await open();
        const repository = await connect();

        expect(await send(repository, "hello")).toMatchObject({
            status: 400,
            answer: { ok: false, verdict: "rejected" },
        });
        expect(await events.list("web", 10)).toMatchObject([{ verified: true, verdict: "rejected", payload: null }]);
    });

    it("and only asks whether somebody is there gets a pong", async () => {
        const { connect, send } = await open();
        const headers = { authorization: `Bearer ${secret}`, "x-github-event": "ping" };

        expect(await send(await connect(), {}, { headers })).toMatchObject({
            status: 200,
            answer: { verdict: "pong" },
        });
    });

    it("is told to come again where nothing can be stored", async () => {
        const { connect, send } = await open();
        const events = {
            findDelivery: async () => undefined,
            createAll: () => Promise.reject(new AppError("unavailable", "database: locked")),
        };

        const reply = await send(await connect(), pushed, undefined, {
            events,
        });

        expect(reply).toMatchObject({ status: 503, retryAfterSeconds: 30 });
    });
});

describe("a delivery that proves nothing", () => {
    it("gets 401, and is stored without its body and without anybody's secret", async () => {
        const { connect, makeLive, send, events, deployments } = await open();
        const repository = await connect();
        await makeLive(repository);
        const token = registryWebhooks.token({ id: repository.id, secret });
        const headers = {
            authorization: "Bearer mine",
            "x-forwarded-uri": `/x?token=${token}`,
            "x-hub-signature-256": secret,
        };

        const reply = await send(repository, pushed, { headers, token: `${token}0` });

        expect(reply).toMatchObject({ status: 401, answer: { ok: false, verdict: "rejected" } });
        const kept = await events.list("web", 10);
        expect(kept).toMatchObject([
            { verified: false, verdict: "rejected", payload: null, eventType: "registry_push" },
        ]);
        expect(JSON.stringify(kept)).not.toMatch(new RegExp(`${token}|mine|${secret}`));
        expect(await deployments.listActive("web")).toEqual([]);
    });

    it("is not stored past the limit, while true deliveries still are", async () => {
        const { connect, send, events } = await open();
        const repository = await connect();

        for (const _ of [1, 2, 3]) {
            expect(await send(repository, pushed, {})).toMatchObject({ status: 401 });
        }
        expect(await send(repository, pushed)).toMatchObject({ status: 200 });
        expect(await events.list("web", 10)).toHaveLength(3);
    });

    it("gets 404 where there is no such hook", async () => {
        const { send } = await open();

        expect(await send({ id: "none" }, pushed)).toMatchObject({ status: 404 });
    });
});

describe("delivering again by hand", () => {
    it("judges a stored push of an image anew", async () => {
        const { connect, makeLive, send, redeliver, deployments } = await open();
        const repository = await connect();
        const early = await send(repository, pushed);
        await makeLive(repository);

        const event = await redeliver({ id: early.answer.eventId ?? "", caller: { username: "anna" } });

        expect(event).toMatchObject({ eventType: "registry_push", verdict: "queued" });
        expect(await deployments.find(event.deploymentId ?? "")).toMatchObject({
            triggeredByUser: "anna",
            refreshImages: [{ image: name, digest: digestOf(2) }],
        });
    });
});
