import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { webhookProviders } from "../../../../backend/cicd/adapters/webhooks/index.ts";
import type { BuildConfigRecord } from "../../../../backend/cicd/core/build-config.ts";
import type { DeploymentRecord } from "../../../../backend/cicd/core/deployment.ts";
import type { NewRepository, RepositoryRecord } from "../../../../backend/cicd/core/git-repository.ts";
import type { NewWebhookEvent, WebhookEventRecord } from "../../../../backend/cicd/core/webhook-event.ts";
import type { EnqueueInput } from "../../../../backend/cicd/services/enqueue-deployment.ts";
import { receiveWebhook } from "../../../../backend/cicd/services/receive-webhook.ts";
import { createTestClock } from "../../../support/clock.ts";
import { containing } from "../../../support/containing.ts";
import { newBuildConfig, newRepository } from "../../../support/records.ts";
import { webhookCases } from "../../../support/webhook-fixtures.ts";
import { bitbucketRequest, type SignedRequest, webhookFixture } from "../../../support/webhook-request.ts";
import { noPipelines } from "../../../support/no-pipelines.ts";

const secret = "a-webhook-secret";
const url = "https://bitbucket.org/engine/notes";
const main = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc";
const dev = "d0941e68da8f38151ff86a61fc59f7c5cf9fcaa2";

/** The receiver on ports that only remember. */
function open(repositories: readonly Partial<NewRepository>[], config: object = {}) {
    const records = repositories.map((fields, index) => {
        const id = `repository-${index}`;
        return { ...newRepository({ url, webhookSecret: secret, ...fields }), id } as RepositoryRecord;
    });
    const queued: EnqueueInput[] = [];
    const events: NewWebhookEvent[] = [];
    const receive = receiveWebhook({
        repositories: { find: async (id) => records.find((one) => one.id === id), list: async () => records },
        buildConfigs: { findByStack: async (stackId) => newBuildConfig({ stackId, ...config }) as BuildConfigRecord },
        deployments: { find: async () => undefined, findLive: async () => undefined },
        stackStates: { findPin: async () => undefined },
        events: {
            findDelivery: async () => undefined,
            createAll: async (given) => {
                events.push(...given);
                return given.map((event, index) => ({ ...event, id: `event-${index}` }) as WebhookEventRecord);
            },
        },
        providers: webhookProviders,
        enqueuePipeline: noPipelines,
        enqueue: async (input) => {
            queued.push(input);
            return { deployment: { id: `deployment-${queued.length}` } as DeploymentRecord, created: true };
        },
        realAddress: async (address) => address,
        clock: createTestClock(),
        mayStoreFailure: async () => true,
    });
    const deliver = (request: SignedRequest) => receive({ id: "repository-0", address: "203.0.113.1", ...request });
    return { deliver, queued, events };
}

describe.each([
    ["Bitbucket Cloud", "repo:push", "cloud-several-refs", url],
    [
        "Bitbucket Data Center",
        "repo:refs_changed",
        "data-center-several-refs",
        "ssh://git@bitbucket.example.org:7999/eng/notes.git",
    ],
])("one push of several refs, told by %s", (_name, event, file, address) => {
    const request = bitbucketRequest(event, webhookFixture(`bitbucket/${file}`), secret);

    it("is decided for each stack by its own rules, with one event and one verdict each", async () => {
        const { deliver, queued, events } = open(
            ["main", "dev", "feature/cards", "other"].map((branch) => ({
                provider: "bitbucket",
                url: address,
                branch,
                stackId: branch.replace("/", "-"),
            })),
        );

        const { status, answer } = await deliver(request);

        expect(status).toBe(202);
        expect(answer).toMatchObject({ ok: true, verdict: "queued", deploymentIds: ["deployment-1", "deployment-2"] });
        expect(queued.map(({ repository, commit }) => [repository.stackId, commit])).toEqual([
            ["main", main],
            ["dev", dev],
        ]);
        const ignored = {
            verdict: "ignored",
            reason: containing("the branch or tag was deleted; branch dev is not "),
        };
        expect(events).toMatchObject([
            { stackId: "main", verdict: "queued" },
            { stackId: "dev", verdict: "queued" },
            { stackId: "feature-cards", ...ignored },
            { stackId: "other", ...ignored },
        ]);
    });

    it("deploys one of them where the rules allow several, and says which", async () => {
        const rules = { autoDeployBranches: [".*"], autoDeployTags: [".*"] };
        const { deliver, queued } = open([{ provider: "bitbucket", url: address }], rules);

        const { answer } = await deliver(request);

        expect(queued).toMatchObject([{ ref: { type: "branch", name: "main" }, commit: main }]);
        expect(answer).toMatchObject({ verdict: "queued", reason: "of 3 refs that would deploy, main was taken" });
    });

    it("is ignored as a whole where no stack wants any of them", async () => {
        const { deliver, queued } = open([{ provider: "bitbucket", url: address, branch: "trunk" }]);

        expect(await deliver(request)).toMatchObject({ status: 200, answer: { ok: true, verdict: "ignored" } });
        expect(queued).toEqual([]);
    });
});

describe("a delivery that is not proven", () => {
    const anyCase = fc.constantFrom(...webhookCases);
    const rules = { autoDeployBranches: [".*"], autoDeployTags: [".*"] };

    it("never deploys, whatever its body is", async () => {
        await fc.assert(
            fc.asyncProperty(anyCase, fc.string({ minLength: 1 }), async ({ provider, deliver: make }, other) => {
                fc.pre(other !== secret);
                const { deliver, queued, events } = open([{ provider, aliases: [] }], rules);

                const { status } = await deliver(make(other));

                expect(status).toBe(401);
                expect(queued).toEqual([]);
                expect(events).toMatchObject([{ verified: false, verdict: "rejected", payload: null }]);
            }),
            { numRuns: 200 },
        );
    });

    it("never deploys with headers left out", async () => {
        await fc.assert(
            fc.asyncProperty(anyCase, async ({ provider, deliver: make }) => {
                const { body, headers } = make(secret);
                const unsigned = Object.entries(headers).filter(
                    ([name]) => !/signature|token|authorization/.test(name),
                );
                const { deliver, queued } = open([{ provider }], rules);

                expect((await deliver({ body, headers: Object.fromEntries(unsigned) })).status).toBe(401);
                expect(queued).toEqual([]);
            }),
            { numRuns: 100 },
        );
    });
});

describe("a proven delivery", () => {
    it.each(webhookCases.map((one) => [one.name, one] as const))("of %s is answered and stored", async (_name, one) => {
        const { deliver, events } = open([{ provider: one.provider, aliases: [] }]);

        const { status, answer } = await deliver(one.deliver(secret));

        expect([200, 202]).toContain(status);
        expect(answer.ok).toBe(true);
        expect(events).toHaveLength(1);
        expect(events[0]?.deliveryId === undefined).toBe(one.provider === "generic");
        expect(JSON.stringify(events)).not.toContain(secret);
    });
});
