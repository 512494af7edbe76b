import { describe, expect, it } from "vitest";
import type { NewDeployment } from "../../../../backend/cicd/core/deployment.ts";
import { fetchCommit } from "../../../../backend/cicd/services/fetch-commit.ts";
import { beginRun, connect, deploymentAt, openWorkshop } from "../../../support/workshop.ts";

const pushedAt = "b".repeat(40);
const live = "c".repeat(40);

async function open() {
    const workshop = await openWorkshop();
    const { repository, config } = await connect(workshop);
    const makeLive = (fields: Partial<NewDeployment> = {}) =>
        deploymentAt(workshop, "successful", { commitSha: live, repositoryId: repository.id, ...fields });
    async function fetch(given: { readonly signal?: AbortSignal } = {}) {
        const fields = { repositoryId: repository.id, commitSha: pushedAt, refreshImages: [{ image: "app:1" }] };
        const run = await beginRun(workshop, await deploymentAt(workshop, "building", fields), given);
        return { run, commit: await fetchCommit(workshop, run, repository, config, run.signal) };
    }
    return { ...workshop, makeLive, fetch };
}

describe("the commit that pushed images go to", () => {
    it("is the one that is live when their turn comes, whatever changed in it", async () => {
        const { makeLive, fetch, git, logs } = await open();
        await makeLive();
        git.changed = [];
        git.history.add(`${live} ${pushedAt}`);

        const { commit, run } = await fetch();

        expect(commit.sha).toBe(live);
        expect(run.record.commitSha).toBe(live);
        expect(logs.texts(run.id)[0]).toContain("Pushed: app:1.");
    });

    it("may have left its branch", async () => {
        const { makeLive, fetch, git } = await open();
        await makeLive({ commitMessage: "Old", commitAuthor: "Ada" });
        git.resolve = () => Promise.reject(new Error("not on this branch"));

        expect((await fetch()).commit).toMatchObject({ sha: live, message: "Old", author: "Ada" });
    });

    it("is not looked for any more once the deployment is cancelled", async () => {
        const { makeLive, fetch, git } = await open();
        await makeLive();
        const cancelling = new AbortController();
        git.resolve = async (_remote, _ref, _commit, call) => {
            cancelling.abort(new Error("cancelled"));
            call?.signal.throwIfAborted();
            throw new Error("not on this branch");
        };

        await expect(fetch({ signal: cancelling.signal })).rejects.toThrow("cancelled");
    });

    it.each([
        ["nothing is live", undefined],
        ["release 0 is live", { commitSha: "" }],
        ["another repository's commit is live", { repositoryId: "another" }],
    ])("is none where %s", async (_what, fields) => {
        const { makeLive, fetch } = await open();
        if (fields !== undefined) {
            await makeLive(fields);
        }

        await expect(fetch()).rejects.toMatchObject({ errorCode: "no_change" });
    });
});
