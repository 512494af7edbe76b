import { expect, it } from "vitest";
import type { BuildConfigRecord } from "../../../../backend/cicd/core/build-config.ts";
import type { DeploymentRecord } from "../../../../backend/cicd/core/deployment.ts";
import type { RepositoryRecord } from "../../../../backend/cicd/core/git-repository.ts";
import type { PushEvent } from "../../../../backend/cicd/core/webhook-event.ts";
import { decidePush } from "../../../../backend/cicd/services/decide-push.ts";
import type { StackPush } from "../../../../backend/cicd/services/enqueue-push.ts";
import { newBuildConfig, newRepository } from "../../../support/records.ts";
import { noPipelines } from "../../../support/no-pipelines.ts";

const elsewhere: PushEvent = {
    kind: "push",
    ref: { type: "branch", name: "main" },
    commit: "a".repeat(40),
    before: "b".repeat(40),
    files: ["docs/index.md"],
    mayBeForced: true,
};

const live = { id: "live", commitSha: "b".repeat(40) } as DeploymentRecord;

async function decide(push: PushEvent, isPinned = false) {
    const suspected: StackPush[] = [];
    const verdict = await decidePush(
        {
            buildConfigs: { findByStack: async () => newBuildConfig() as BuildConfigRecord },
            deployments: { find: async () => undefined, findLive: async () => live },
            stackStates: { findPin: async () => (isPinned ? { deploymentId: live.id, by: "ada", at: "" } : undefined) },
            events: { findDelivery: async () => undefined },
            enqueue: async () => ({ deployment: { id: "one", status: "pending" } as DeploymentRecord, created: true }),
            enqueuePipeline: noPipelines,
            checkUndone: (ignored) => void suspected.push(ignored),
        },
        { ...newRepository({ paths: ["app"] }), id: "repository" } as RepositoryRecord,
        [push],
        { deliveryId: undefined, user: undefined },
    );
    return { verdict, suspected: suspected.map(({ push: one }) => one) };
}

it("a push that is ignored for its files is looked into where commits may have been undone", async () => {
    expect(await decide(elsewhere)).toMatchObject({ verdict: { verdict: "ignored" }, suspected: [elsewhere] });
});

it("no push is to a stack that stays at one release", async () => {
    expect((await decide(elsewhere, true)).suspected).toEqual([]);
});

it.each<[string, Partial<PushEvent>]>([
    ["tells whether it was forced", { mayBeForced: undefined }],
    ["is of another branch", { ref: { type: "branch", name: "next" } }],
    ["asks not to be deployed", { message: "docs [skip ci]" }],
    ["is deployed", { files: ["app/compose.yaml"] }],
])("no push is that %s", async (_what, fields) => {
    expect((await decide({ ...elsewhere, ...fields })).suspected).toEqual([]);
});
