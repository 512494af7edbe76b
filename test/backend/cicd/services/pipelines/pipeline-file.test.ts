import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createGit } from "../../../../../backend/cicd/adapters/git/git.ts";
import { checkPipeline } from "../../../../../backend/cicd/services/pipelines/check-pipeline.ts";
import { findPipelineFile } from "../../../../../backend/cicd/services/pipelines/find-pipeline-file.ts";
import { createEdge } from "../../../../support/edge.ts";
import { newBuildConfig, newRepository } from "../../../../support/records.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";
import { makeTestRepository } from "../../../../support/test-repository.ts";

const unit = "stages: [test]\nunit:\n  image: node:20\n  script: npm test\n";

/** The stack `web`, connected to a repository that is there; nothing is fetched yet. */
async function connected(pipelinePath = "pipeline.yml") {
    const remote = makeTestRepository();
    onTestFinished(() => remote.remove());
    const git = createGit({
        directory: join(await temporaryDirectory(), "mirrors"),
        path: process.env["PATH"] ?? "",
        allowPrivateHosts: true,
        allowFile: true,
    });
    const { stores } = await createEdge();
    const repository = await stores.repositories.save(newRepository({ url: remote.url }));
    await stores.buildConfigs.save(newBuildConfig({ repositoryId: repository.id, pipelinePath }));
    const fetch = () => git.fetch(repository, { signal: AbortSignal.timeout(20_000), timeoutSeconds: 20 });
    return { ports: { ...stores, git }, remote, repository, fetch };
}

describe("the pipeline file of a stack", () => {
    it("is that of the newest commit that was fetched", async () => {
        const { ports, remote, fetch } = await connected("./ci//pipeline.yml");
        const commitSha = remote.push({ "ci/pipeline.yml": unit });
        await fetch();
        remote.push({ "ci/pipeline.yml": "later" });

        expect(await findPipelineFile(ports, "web")).toEqual({ path: "ci/pipeline.yml", text: unit, commitSha });
    });

    it("has no text where the commit has no such file", async () => {
        const { ports, remote, fetch } = await connected();
        const commitSha = remote.push({ "README.md": "x" });
        await fetch();

        expect(await findPipelineFile(ports, "web")).toEqual({ path: "pipeline.yml", text: null, commitSha });
    });

    it("is not read through a link that leads out of the repository", async () => {
        const { ports, remote, fetch } = await connected();
        remote.push({ "README.md": "x" });
        remote.git("update-index", "--add", "--cacheinfo", `120000,${hashOf(remote, "/etc/hostname")},pipeline.yml`);
        remote.git("commit", "--quiet", "--message", "link");
        remote.git("push", "--quiet", "origin", "HEAD:refs/heads/main");
        await fetch();

        expect(await findPipelineFile(ports, "web")).toMatchObject({ text: null });
    });

    it("says the way out before anything was fetched", async () => {
        const { ports } = await connected();

        expect(await findPipelineFile(ports, "web")).toEqual({
            path: "pipeline.yml",
            text: null,
            commitSha: "",
            note: "The server has not fetched the branch main yet. Deploy or synchronize the stack once, then its files can be read.",
        });
    });

    it("is that of a connected stack", async () => {
        const { ports } = await connected();

        await expect(findPipelineFile(ports, "other")).rejects.toMatchObject({ code: "not_found" });
    });
});

function hashOf(remote: ReturnType<typeof makeTestRepository>, text: string): string {
    remote.push({ "target.txt": text });
    return remote.git("rev-parse", "HEAD:target.txt");
}

describe("checking a text as a stack's pipeline", () => {
    it("plans it for a push to the stack's branch", async () => {
        const { ports } = await connected();
        const text = `${unit}  rules: [{ branch: main }]\nlint:\n  image: "app:$CICD_COMMIT_SHA"\n  script: x\n  rules: [{ branch: dev }]\n`;

        const onMain = await checkPipeline(ports, { stack: "web", input: { text } });
        const onDev = await checkPipeline(ports, { stack: "web", input: { text, branch: "dev" } });

        expect(onMain).toMatchObject({ mistakes: [], plan: { jobs: [{ name: "unit" }], leftOut: ["lint"] } });
        expect(onDev).toMatchObject({ mistakes: [], plan: { jobs: [{ name: "lint" }], leftOut: ["unit"] } });
    });

    it("plans it for a tag", async () => {
        const { ports } = await connected();
        const text = `${unit}  rules: [{ tag: "v*" }]\n`;

        const checked = await checkPipeline(ports, { stack: "web", input: { text, tag: "v1" } });

        expect(checked.plan?.jobs.map(({ name }) => name)).toEqual(["unit"]);
    });

    it("tells all mistakes with their places", async () => {
        const { ports } = await connected();

        const { mistakes, plan } = await checkPipeline(ports, {
            stack: "web",
            input: { text: "stages: [test]\nunit:\n  imag: x\n", path: "ci/other.yml" },
        });

        expect(plan).toBeNull();
        expect(mistakes.map(({ file, line }) => `${file}:${line}`)).toEqual([
            "ci/other.yml:2",
            "ci/other.yml:3",
            "ci/other.yml:3",
        ]);
    });

    it("reads what it includes from the newest commit that was fetched", async () => {
        const { ports, remote, fetch } = await connected();
        const text = `include: ci/lint.yml\n${unit}`;
        await expect(checkPipeline(ports, { stack: "web", input: { text } })).rejects.toThrow(
            "include: ci/lint.yml cannot be read. The server has not fetched the branch main yet.",
        );
        remote.push({ "ci/lint.yml": "lint:\n  image: x\n  script: x\n", "pipeline.yml": "not read" });
        await fetch();

        const { plan } = await checkPipeline(ports, { stack: "web", input: { text } });

        expect(plan?.jobs.map(({ name }) => name)).toEqual(["lint", "unit"]);
    });
});
