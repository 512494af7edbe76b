import { describe, expect, it } from "vitest";
import type { DeploymentStatus } from "../../../../common/schema/deployment.ts";
import type { NewDeployment } from "../../../../backend/cicd/core/deployment.ts";
import { createUndoneCheck } from "../../../../backend/cicd/services/check-undone.ts";
import type { StackPush } from "../../../../backend/cicd/services/enqueue-push.ts";
import { createEnqueue } from "../../../../backend/cicd/services/enqueue-deployment.ts";
import { createRunningDeployments } from "../../../../backend/cicd/services/running-deployments.ts";
import { until } from "../../../support/until.ts";
import { connect, deploymentAt, openWorkshop } from "../../../support/workshop.ts";

const head = "a".repeat(40);
const old = "b".repeat(40);

async function open() {
    const workshop = await openWorkshop();
    const { repository, config } = await connect(workshop, { composePath: "shop/compose.yaml" });
    const enqueue = createEnqueue({ ...workshop, running: createRunningDeployments(), wake: () => undefined });
    const undone = createUndoneCheck({ ...workshop, enqueue });
    const push = { kind: "push", ref: { type: "branch", name: "main" }, commit: head, mayBeForced: true } as const;
    const ignored: StackPush = { repository, buildConfig: config, push, user: undefined };
    const row = (status: DeploymentStatus, fields: Partial<NewDeployment> = {}) =>
        deploymentAt(workshop, status, { repositoryId: repository.id, commitSha: old, ...fields });

    /** Looks at pushes that were ignored, and answers the commits that wait for their deployment then. */
    async function look(pushes: readonly StackPush[] = [ignored]): Promise<readonly string[]> {
        const looked = pushes.map(undone.check);
        workshop.clock.advance(1000);
        await Promise.all(looked);
        const rows = await workshop.deployments.list("shop", 50);
        return rows.filter(({ status }) => status === "pending").map(({ commitSha }) => commitSha);
    }
    return { ...workshop, undone, ignored, row, look };
}

describe("a push that was ignored for its files, of a sender that does not tell forced ones", () => {
    it("is deployed where it undid the commit that is live", async () => {
        const { look, row, git, deployments } = await open();
        await row("successful");

        expect(await look()).toEqual([head]);
        expect(git.fetched).toHaveLength(1);
        expect((await deployments.list("shop", 1))[0]).toMatchObject({
            triggeredBy: "webhook",
            branch: "main",
            commitMessage: git.commit.message,
        });
    });

    it("is deployed where it undid a commit that is being deployed", async () => {
        const { look, row } = await open();
        await row("deploying");

        expect(await look()).toEqual([head]);
    });

    it.each([
        ["follows what is live", `${old} ${head}`],
        ["is older than what is live by now", `${head} ${old}`],
    ])("is left alone where it %s", async (_what, pair) => {
        const { look, row, git } = await open();
        await row("successful");
        git.history.add(pair);

        expect(await look()).toEqual([]);
    });

    it.each([
        ["nothing is live", undefined],
        ["another branch is live", { branch: "next" }],
        ["a tag is live", { tag: "v1" }],
        ["another repository is live", { repositoryId: "another" }],
        ["what is live has no commit", { commitSha: "" }],
    ])("needs no look at the remote where %s", async (_what, live) => {
        const { look, row, git } = await open();
        if (live !== undefined) {
            await row("successful", live);
        }

        expect(await look()).toEqual([]);
        expect(git.fetched).toEqual([]);
    });

    it("is forgotten where the stack was disconnected meanwhile", async () => {
        const { look, row, git, repositories } = await open();
        await row("successful");
        await repositories.delete("shop");

        expect(await look()).toEqual([]);
        expect(git.fetched).toEqual([]);
    });

    it("is looked at once for all of a burst, and again for one that comes meanwhile", async () => {
        const { look, row, git, undone, ignored, clock } = await open();
        await row("successful");
        git.history.add(`${old} ${head}`);

        await look([ignored, ignored, ignored]);
        expect(git.fetched).toHaveLength(1);

        git.fetch = async (remote) => {
            git.fetched.push(remote);
            if (git.fetched.length === 2) {
                void undone.check(ignored);
            }
        };
        const looked = undone.check(ignored);
        clock.advance(1000);
        await until(() => git.fetched.length === 2);
        clock.advance(1000);
        await looked;
        expect(git.fetched).toHaveLength(3);
    });

    it("is left to the next poll where the remote is away; that is told", async () => {
        const { look, row, git, errors } = await open();
        await row("successful");
        git.failure = new Error("away");

        expect(await look()).toEqual([]);
        expect(errors).toEqual([git.failure]);
    });

    it("is forgotten when the server stops", async () => {
        const { undone, ignored, row, git } = await open();
        await row("successful");

        const looked = undone.check(ignored);
        await undone.stop();
        await Promise.all([looked, undone.check(ignored)]);

        expect(git.fetched).toEqual([]);
    });
});
