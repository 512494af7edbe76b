import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { containing } from "../support/containing.ts";
import { removeStack } from "../support/docker.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { idleService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `tags-${process.pid}`;

/** One stack that deploys tags, and no branch; each step stands on the one before. */
describe("a stack that deploys tags", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let connected: GitRepository;
    const commits: string[] = [];

    async function release(version: string): Promise<string> {
        const more = `    environment: { VERSION: "${version}" }\n`;
        const commit = await repository.commit({ "compose.yaml": `services:\n${idleService("web", more)}` }, version);
        commits.push(commit);
        return commit;
    }

    async function tag(name: string, commit: string): Promise<void> {
        await repository.git("tag", "-f", "-a", name, "-m", `Release ${name}`, commit);
        await repository.git("push", "-q", "-f", "origin", name);
    }

    async function pushed(body: object) {
        const answer = await rest.push(connected, body);
        expect(answer).toMatchObject({ status: 202, verdict: "queued" });
        return rest.ended(answer.deploymentIds?.[0] ?? "");
    }

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        await release("one");
        connected = await rest.connect(
            stack,
            { url: repository.url, branch: "main", provider: "generic" },
            {
                autoDeployBranches: ["never"],
                autoDeployTags: ["v[0-9.]+"],
                buildType: "compose_only",
                preBuildCommands: ['echo "building $CICD_TAG of $CICD_BRANCH"'],
            },
        );
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    it("deploys the commit of an annotated tag, and its commands know the tag", async () => {
        await tag("v1", "HEAD");

        const ended = await pushed({ ref: "refs/tags/v1" });

        expect(ended).toMatchObject({ status: "successful", tag: "v1", branch: "main", commitSha: commits[0] });
        expect(await rest.log(ended.id)).toContain("building v1 of");
    });

    it("takes the tag's own hash for its commit, as some providers send it", async () => {
        await tag("v2", await release("two"));
        const object = await repository.git("rev-parse", "v2");
        expect(object).not.toBe(commits[1]);

        expect(await pushed({ ref: "refs/tags/v2", commit: object })).toMatchObject({
            status: "successful",
            tag: "v2",
            commitSha: commits[1],
        });
    });

    it("ignores other tags and its branch, and says why", async () => {
        expect(await rest.push(connected, { ref: "refs/tags/nightly" })).toMatchObject({
            verdict: "ignored",
            reason: containing("tag nightly matches no rule of autoDeployTags"),
        });
        expect(await rest.push(connected, { ref: "refs/heads/main", commit: commits[1] })).toMatchObject({
            verdict: "ignored",
            reason: containing("branch main matches no rule"),
        });
    });

    it("deploys a tag again that was moved", async () => {
        await tag("v2", await release("two, mended"));

        expect(await pushed({ tag: "v2", commit: commits[2] })).toMatchObject({
            status: "successful",
            tag: "v2",
            commitSha: commits[2],
        });
    });

    it("deploys a new tag on an older commit: only branches have a newest one", async () => {
        await tag("v1.1", commits[0] ?? "");

        expect(await pushed({ tag: "v1.1", commit: commits[0] })).toMatchObject({
            status: "successful",
            tag: "v1.1",
            commitSha: commits[0],
        });
    });

    it("deploys any tag that is asked for by hand, and says what is wrong with one that is not there", async () => {
        await repository.git("tag", "light", commits[1] ?? "");
        await repository.git("push", "-q", "origin", "light");

        expect(await rest.ended((await rest.deploy(stack, { tag: "light" })).id)).toMatchObject({
            status: "successful",
            tag: "light",
            commitSha: commits[1],
        });
        expect(await rest.ended((await rest.deploy(stack, { tag: "v404" })).id)).toMatchObject({
            status: "failed",
            errorCode: "branch_missing",
            error: containing("no tag v404"),
        });
        expect(await rest.call("POST", `/stacks/${stack}/deployments`, { tag: "v1", branch: "main" })).toMatchObject({
            status: 400,
        });
    });
});
