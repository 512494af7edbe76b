import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { PipelineRun } from "../../common/schema/pipeline-run.ts";
import { containerEnd } from "../support/container-end.ts";
import { docker, removeStack } from "../support/docker.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sampleApp } from "../support/sample-app.ts";
import { sendWebhook } from "../support/send-webhook.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { containing } from "../support/containing.ts";
import { githubRequest } from "../support/webhook-request.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `tests-${process.pid}`;

const pipeline = `
stages: [build, test, deploy]
image: cicd/busybox:1
make:
  stage: build
  script: ["echo built > made.txt", "echo KEY=[$KEY] MODE=[$MODE]"]
  artifacts: { paths: [made.txt] }
unit: { stage: test, script: ["cat made.txt", "sh ./check.sh"] }
preview: { stage: deploy, when: manual, script: ["echo preview by hand", "cat made.txt"] }
`;

describe("pipelines without deployments", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let connected: GitRepository;

    beforeAll(async () => {
        server = await startServer({ CICD_MAX_CONCURRENT_PIPELINES: "1" });
        rest = createRest(server);
        repository = await createWorkRepository();
        await repository.commit(
            {
                ...sampleApp({ port: await freePort(), version: "one" }),
                "pipeline.yml": pipeline,
                "check.sh": "true\n",
            },
            "one",
        );
        connected = await rest.connect(
            stack,
            { url: repository.url, branch: "main" },
            {
                autoDeployOnPush: true,
                pipelineBranches: ["feature/.*"],
                environmentVariables: [
                    { name: "KEY", value: "s3cret-of-main", secret: true },
                    { name: "MODE", value: "test" },
                ],
            },
        );
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    async function find(id: string): Promise<PipelineRun> {
        return PipelineRun.parse((await rest.call("GET", `/pipelines/${id}`)).body);
    }

    async function ended(id: string): Promise<PipelineRun> {
        const response = await fetch(`${server.url}/api/v1/pipelines/${id}/logs`, {
            headers: { authorization: `Bearer ${server.token}`, accept: "text/event-stream" },
        });
        await response.text();
        return find(id);
    }

    async function log(path: string): Promise<string> {
        const response = await fetch(`${server.url}/api/v1${path}/logs`, {
            headers: { authorization: `Bearer ${server.token}` },
        });
        return response.text();
    }

    async function push(branch: string): Promise<string> {
        const commit = await repository.git("rev-parse", branch);
        const answer = await rest.push(connected, { ref: `refs/heads/${branch}`, commit: commit.trim() });
        expect(answer).toMatchObject({ status: 202, verdict: "queued" });
        return answer.stacks?.[0]?.pipelineId ?? expect.fail("no pipeline was queued");
    }

    const commit = (branch: string, files: Record<string, string | null>): Promise<string> =>
        repository.commit(files, `to ${branch}`, branch);

    it("a push to a feature branch runs its jobs, deploys nothing and gets no secrets", async () => {
        await commit("feature/a", { "check.sh": "echo checked\n" });

        const id = await push("feature/a");
        const run = await ended(id);

        expect(run).toMatchObject({ status: "success", branch: "feature/a", triggeredBy: "webhook" });
        expect(run.jobs.map(({ name, status }) => `${name} ${status}`)).toEqual([
            "make success",
            "unit success",
            "preview pending",
        ]);
        const text = await log(`/pipelines/${id}`);
        expect(text).toContain("KEY=[] MODE=[test]");
        expect(text).toContain("Without the secrets KEY");
        expect(text).toContain("checked");
        expect(text).not.toContain("s3cret");
        expect(await rest.history(stack)).toEqual([]);
        expect(await docker("ps", "-aq", "--filter", `label=cicd.pipeline=${id}`)).toBe("");
    });

    it("a manual job is started after its run has ended, by one call", async () => {
        const { items } = z
            .object({ items: z.array(PipelineRun) })
            .parse((await rest.call("GET", `/stacks/${stack}/pipelines?branch=feature/a`)).body);
        const run = items[0] ?? expect.fail("there is no run");
        const job = run.jobs.find(({ name }) => name === "preview") ?? expect.fail("there is no such job");
        expect(job.canStart).toBe(true);

        expect((await rest.call("POST", `/jobs/${job.id}/start`)).status).toBe(202);

        expect(await ended(run.id)).toMatchObject({ status: "success" });
        const text = await log(`/jobs/${job.id}`);
        expect(text).toContain("preview by hand");
        expect(text).toContain("built");
        expect((await rest.call("POST", `/jobs/${job.id}/start`)).status).toBe(409);
    });

    it("a failed job is repeated in a new run, without what went well before it", async () => {
        await commit("feature/b", { "check.sh": "test -e /tmp/never\n" });
        const first = await ended(await push("feature/b"));
        expect(first).toMatchObject({ status: "failed", error: containing("unit") });

        const answer = await rest.call("POST", `/pipelines/${first.id}/retry`, { job: "unit" });
        expect(answer.status).toBe(202);
        const again = await ended(PipelineRun.parse(answer.body).id);

        expect(again).toMatchObject({ status: "failed", retryOf: first.id });
        const [make, unit] = again.jobs;
        expect(make).toMatchObject({ status: "success", reusedFrom: first.jobs[0]?.id });
        expect(unit).toMatchObject({ status: "failed", attempt: 1 });
        expect(await log(`/jobs/${unit?.id ?? ""}`)).toContain("built");
    });

    it("a newer push replaces the run that waits for its branch, and a run that is cancelled ends soon, its containers gone", async () => {
        await commit("feature/slow", { "check.sh": "echo waiting; sleep 300\n" });
        const slow = await push("feature/slow");
        await expect.poll(() => log(`/pipelines/${slow}`), { timeout: 60_000 }).toContain("\nwaiting\n");
        await commit("feature/c", { "check.sh": "echo first\n" });
        const older = await push("feature/c");
        await commit("feature/c", { "check.sh": "echo second\n" });
        const newer = await push("feature/c");
        expect(await find(older)).toMatchObject({ status: "cancelled" });

        const end = containerEnd(await docker("ps", "-q", "--filter", `label=cicd.pipeline=${slow}`));
        const asked = Date.now();
        expect((await rest.call("POST", `/pipelines/${slow}/cancel`)).status).toBe(200);
        expect((await end) - asked).toBeLessThan(2000);
        expect(await ended(slow)).toMatchObject({ status: "cancelled", error: "Cancelled by admin." });

        expect(await ended(newer)).toMatchObject({ status: "success" });
        expect(await docker("ps", "-aq", "--filter", `label=cicd.pipeline=${slow}`)).toBe("");
    });

    it("a branch without a pipeline is skipped with a reason", async () => {
        await commit("feature/none", { "pipeline.yml": null });

        expect(await ended(await push("feature/none"))).toMatchObject({
            status: "skipped",
            error: containing("has no pipeline.yml"),
        });
        expect(await rest.history(stack)).toEqual([]);
    });

    it("an event of a pull request runs nothing", async () => {
        const webhookSecret = "a-secret-of-this-test";
        const given = { url: repository.url, branch: "main", provider: "github", webhookSecret };
        const { id } = await rest.connect(stack, given);
        const before = await rest.call("GET", `/stacks/${stack}/pipelines`);
        const head = { ref: "feature/a", sha: await repository.git("rev-parse", "feature/a") };
        const payload = { action: "opened", pull_request: { head }, repository: { clone_url: repository.url } };

        const answer = await sendWebhook(server, id, githubRequest("pull_request", payload, webhookSecret));

        expect(answer).toMatchObject({ status: 200, verdict: "ignored" });
        expect(await rest.call("GET", `/stacks/${stack}/pipelines`)).toEqual(before);
        expect(await rest.history(stack)).toEqual([]);
    });
});
