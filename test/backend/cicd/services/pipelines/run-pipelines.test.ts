import { describe, expect, it } from "vitest";
import type { NewBuildConfig } from "../../../../../backend/cicd/core/build-config.ts";
import { runsPipelineOnly } from "../../../../../backend/cicd/core/push-rules.ts";
import type { PushEvent } from "../../../../../backend/cicd/core/webhook-event.ts";
import { decidePush } from "../../../../../backend/cicd/services/decide-push.ts";
import { followRemote } from "../../../../../backend/cicd/services/follow-remote.ts";

import { openFollower } from "../../../../support/follower.ts";
import { containing } from "../../../../support/containing.ts";
import { newBuildConfig, newRepository } from "../../../../support/records.ts";

const a = "a".repeat(40);
const b = "b".repeat(40);
const c = "c".repeat(40);

function push(name: string, fields: Partial<PushEvent> = {}): PushEvent {
    return { kind: "push", ref: { type: "branch", name }, commit: a, ...fields };
}

describe("a push that does not deploy runs the pipeline", () => {
    const rules = { ...newBuildConfig({ pipelineBranches: ["feature/.*"] }), branch: "main", paths: ["app"] };

    it.each([
        ["where a rule matches its whole branch", push("feature/a"), rules, true],
        ["never on another branch", push("fix/feature/a"), rules, false],
        ["never where it deploys", push("feature/a"), { ...rules, autoDeployBranches: [".*"] }, false],
        [
            "of the stack's own branch where nothing deploys by itself",
            push("main"),
            { ...rules, pipelineBranches: [".*"], autoDeployOnPush: false },
            true,
        ],
        ["never where the message says so", push("feature/a", { message: "wip [skip ci]" }), rules, false],
        [
            "never where nothing of the stack was changed",
            push("feature/a", { before: b, files: ["docs/x"] }),
            rules,
            false,
        ],
        ["where something of it was", push("feature/a", { before: b, files: ["app/x"] }), rules, true],
        ["never of a tag", push("x", { ref: { type: "tag", name: "feature/a" } }), rules, false],
        ["never without rules", push("feature/a"), { ...rules, pipelineBranches: [] }, false],
    ])("%s", (_, event, given, expected) => {
        expect(runsPipelineOnly(event, given)).toBe(expected);
    });
});

async function open(config: Partial<NewBuildConfig> = {}) {
    const follower = await openFollower();
    const repository = await follower.repositories.save(newRepository({ stackId: "shop", autoSync: true }));
    await follower.buildConfigs.save(
        newBuildConfig({ stackId: "shop", repositoryId: repository.id, pipelineBranches: ["feature/.*"], ...config }),
    );
    const events = { findDelivery: async () => undefined };
    const decide = (...refs: Parameters<typeof decidePush>[2]) =>
        decidePush({ ...follower.ports, events }, repository, refs, { deliveryId: undefined, user: undefined });
    const runs = async () =>
        (await follower.ports.pipelines.list("shop", { limit: 20 })).map(({ branch, commitSha }) => [
            branch,
            commitSha,
        ]);
    return { ...follower, repository, decide, runs };
}

describe("a delivery", () => {
    it("queues a run and no deployment, once for each commit", async () => {
        const { decide, runs, deployments } = await open();

        expect(await decide(push("feature/a"))).toMatchObject({
            verdict: "queued",
            reason: "pipeline only: branch feature/a",
            pipelineId: containing(""),
        });
        expect(await decide(push("feature/a"))).toMatchObject({ verdict: "duplicate", pipelineId: containing("") });
        expect(await decide(push("feature/a", { commit: b }))).toMatchObject({ verdict: "queued" });

        expect(await runs()).toEqual([
            ["feature/a", b],
            ["feature/a", a],
        ]);
        expect(await deployments.list("shop", 10)).toEqual([]);
    });

    it("of several branches deploys one and tests the other", async () => {
        const { decide, runs } = await open();

        expect(await decide(push("main"), push("feature/a", { commit: b }))).toMatchObject({
            verdict: "queued",
            deploymentId: containing(""),
            pipelineId: containing(""),
        });
        expect(await runs()).toEqual([["feature/a", b]]);
    });

    it("that is no push, such as a pull request, runs nothing", async () => {
        const { decide, runs } = await open();

        expect(await decide({ kind: "ignored", reason: "pull requests deploy nothing" })).toMatchObject({
            verdict: "ignored",
        });
        expect(await runs()).toEqual([]);
    });
});

describe("polling", () => {
    it("runs branches that were moved since the last poll", async () => {
        const { ports, repository, repositories, runs } = await open();
        async function poll(...branches: readonly (readonly [string, string])[]): Promise<void> {
            const now = (await repositories.find(repository.id)) ?? expect.fail("it is gone");
            const refs = {
                branches: branches.map(([name, commit]) => ({ name, commit })),
                tags: [],
                defaultBranch: "main",
            };
            await followRemote(ports, now, refs);
        }

        await poll(["main", a], ["feature/a", a]);
        expect(await runs()).toEqual([]);
        await poll(["main", a], ["feature/a", b], ["feature/new", c], ["other", c]);
        await poll(["main", a], ["feature/a", b], ["feature/new", c], ["other", c]);

        expect((await runs()).toSorted()).toEqual([
            ["feature/a", b],
            ["feature/new", c],
        ]);
    });
});
