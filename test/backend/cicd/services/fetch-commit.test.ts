import { describe, expect, it } from "vitest";
import type { NewDeployment } from "../../../../backend/cicd/core/deployment.ts";
import { fetchCommit } from "../../../../backend/cicd/services/fetch-commit.ts";
import { containing } from "../../../support/containing.ts";
import { beginRun, connect, deploymentAt, openWorkshop } from "../../../support/workshop.ts";

const tip = "a".repeat(40);
const live = "b".repeat(40);

async function open(paths: readonly string[] = []) {
    const workshop = await openWorkshop();
    const { repository: saved, config } = await connect(workshop);
    const repository = await workshop.repositories.save({ ...saved, paths });
    const makeLive = (fields: Partial<NewDeployment> = {}) =>
        deploymentAt(workshop, "successful", { commitSha: live, repositoryId: repository.id, ...fields });
    async function fetch(fields: Partial<NewDeployment> = {}) {
        const record = await deploymentAt(workshop, "building", {
            repositoryId: repository.id,
            commitSha: "",
            ...fields,
        });
        const run = await beginRun(workshop, record);
        const commit = await fetchCommit(workshop, run, repository, config, run.signal);
        return { commit, run };
    }
    return { ...workshop, repository, makeLive, fetch };
}

describe("fetching a commit", () => {
    it("finds the tip of the branch, and notes it in the row and the repository", async () => {
        const { fetch, repositories, logs } = await open();

        const { commit, run } = await fetch();

        expect(commit.sha).toBe(tip);
        expect(run.record).toMatchObject({ commitSha: tip, commitMessage: "Fix it\n\nall", commitAuthor: "Ada" });
        expect(await repositories.findByStack("shop")).toMatchObject({ lastSyncedCommit: tip });
        expect(logs.texts(run.id)).toContain(`Commit ${tip} by Ada: Fix it`);
    });

    it("takes the commit that was asked for", async () => {
        const { fetch } = await open();

        expect((await fetch({ commitSha: "c".repeat(40) })).commit.sha).toBe("c".repeat(40));
    });

    it("passes on why it cannot", async () => {
        const { fetch, git } = await open();
        git.failure = new Error("away");

        await expect(fetch()).rejects.toThrow("away");
    });
});

describe("a push", () => {
    it.each(["webhook", "scheduled"] as const)(
        "(%s) that changed nothing of the stack is told apart",
        async (triggeredBy) => {
            const { fetch, makeLive, git } = await open(["app/**"]);
            await makeLive();
            git.changed = ["docs/readme.md"];

            const message = containing("Nothing of this stack changed since bbbbbbb");
            await expect(fetch({ triggeredBy, commitSha: tip })).rejects.toMatchObject({
                errorCode: "no_change",
                message,
            });
        },
    );

    it.each([
        ["that a poll found", { triggeredBy: "scheduled", commitSha: tip }],
        ["whose body tells no message", { triggeredBy: "webhook", commitSha: tip }],
        ["whose body tells no commit", { triggeredBy: "webhook" }],
    ] as const)("%s is left out where its message says so", async (_, fields) => {
        const { fetch, git } = await open();
        git.commit = { ...git.commit, message: "docs: typo [skip ci]" };

        await expect(fetch(fields)).rejects.toMatchObject({
            errorCode: "no_change",
            message: "Not deployed: the commit message says [skip ci].",
        });
    });

    it("of the commit that is live changes nothing", async () => {
        const { fetch, makeLive, git } = await open();
        await makeLive();
        git.changed = [];

        await expect(fetch({ commitSha: live })).rejects.toMatchObject({ errorCode: "no_change" });
    });

    it("older than what is live of its branch is outdated", async () => {
        const { fetch, makeLive, git } = await open();
        await makeLive();
        git.history.add(`${tip} ${live}`);

        await expect(fetch()).rejects.toMatchObject({ errorCode: "outdated", message: containing("Roll back") });
    });

    it("that arrives as the last of many brings the branch's head, which was among them", async () => {
        const { fetch, git, deployments, clock } = await open();
        const head = git.commit.sha;
        for (const commitSha of [head, ...Array.from({ length: 30 }, (_, n) => String(n).padStart(40, "d"))]) {
            const replaced = await deploymentAt({ deployments }, "pending", { commitSha });
            await deployments.transition(replaced.id, "pending", "cancelled", { errorCode: "superseded" });
            clock.advance(1);
        }

        const { commit } = await fetch({ commitSha: "c".repeat(40), triggeredBy: "webhook" });

        expect(commit.sha).toBe(head);
    });

    it("that arrives after a newer one, which it has replaced, brings the newer one", async () => {
        const { fetch, git, deployments, ...workshop } = await open();
        const newer = "c".repeat(40);
        const replaced = await deploymentAt({ deployments }, "pending", { commitSha: newer });
        await deployments.transition(replaced.id, "pending", "cancelled", { errorCode: "superseded" });
        git.history.add(`${tip} ${newer}`);

        const { commit, run } = await fetch({ commitSha: tip, triggeredBy: "webhook" });

        expect(commit.sha).toBe(newer);
        expect(run.record.commitSha).toBe(newer);
        expect(workshop.logs.texts(run.id)).toContain(
            `Commit ${tip.slice(0, 7)} was pushed before ${newer.slice(0, 7)}: deploying the newer one.`,
        );
    });

    it.each([
        ["of another branch", { branch: "dev" }],
        ["of a tag", { tag: "v1" }],
    ])("older than what is live, %s, is deployed", async (_, fields) => {
        const { fetch, makeLive, git } = await open();
        await makeLive();
        git.history.add(`${tip} ${live}`);

        expect((await fetch(fields)).commit.sha).toBe(tip);
    });

    it.each([
        ["nothing is live", undefined, ["docs/readme.md"]],
        ["release 0 is live", { commitSha: "" }, ["docs/readme.md"]],
        ["another repository's commit is live", { repositoryId: "other" }, ["docs/readme.md"]],
        ["the live commit is not known any more", {}, undefined],
        ["a file of the stack changed", {}, ["docs/readme.md", "app/main.ts"]],
    ])("is deployed where %s", async (_, fields, changed) => {
        const { fetch, makeLive, git } = await open(["app/**"]);
        if (fields !== undefined) {
            await makeLive(fields);
        }
        git.changed = changed;

        expect((await fetch()).commit.sha).toBe(tip);
    });

    it.each(["manual", "api"] as const)(
        "is not what a deployment by %s is: that is done whatever changed",
        async (triggeredBy) => {
            const { fetch, makeLive, git } = await open();
            await makeLive();
            git.changed = [];
            git.history.add(`${tip} ${live}`);

            expect((await fetch({ triggeredBy })).commit.sha).toBe(tip);
        },
    );
});

describe("a schedule", () => {
    const scheduled = { triggeredBy: "scheduled", commitSha: "" } as const;

    it("builds again what is live, and what changed nothing of the stack", async () => {
        const { fetch, makeLive, git } = await open(["app/**"]);
        await makeLive();
        git.changed = [];
        git.commit = { ...git.commit, message: "docs [skip ci]" };

        expect((await fetch(scheduled)).commit.sha).toBe(tip);
        git.commit = { ...git.commit, sha: live };
        expect((await fetch(scheduled)).commit.sha).toBe(live);
        // After a crash the commit is in the row.
        expect((await fetch({ ...scheduled, commitSha: live })).commit.sha).toBe(live);
    });

    it.each(["rolled_back", "successful"] as const)("does not put back what was taken back (%s)", async (status) => {
        const { fetch, makeLive, ...workshop } = await open();
        await deploymentAt(workshop, status, { commitSha: tip });
        await makeLive();

        await expect(fetch(scheduled)).rejects.toMatchObject({
            errorCode: "outdated",
            message: containing("aaaaaaa was deployed before and taken back"),
        });
    });

    it("does not ask again about what was rejected", async () => {
        const { fetch, makeLive, ...workshop } = await open();
        const asked = await deploymentAt(workshop, "building", { commitSha: tip, phase: "approval" });
        await workshop.deployments.endWaiting(asked.id, { errorCode: "rejected", error: "Rejected by anna." });
        await makeLive();

        await expect(fetch(scheduled)).rejects.toMatchObject({
            errorCode: "outdated",
            message: containing("Rejected by anna."),
        });
    });

    it("tries again what did not build", async () => {
        const { fetch, makeLive, ...workshop } = await open();
        await deploymentAt(workshop, "failed", { commitSha: tip });
        await makeLive();

        expect((await fetch(scheduled)).commit.sha).toBe(tip);
    });

    it("does not go back to a commit older than what is live", async () => {
        const { fetch, makeLive, git } = await open();
        await makeLive();
        git.history.add(`${tip} ${live}`);

        await expect(fetch(scheduled)).rejects.toMatchObject({ errorCode: "outdated" });
    });
});
