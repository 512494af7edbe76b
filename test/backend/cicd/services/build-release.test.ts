import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import type { NewBuildConfig } from "../../../../backend/cicd/core/build-config.ts";
import { composeLabels } from "../../../../backend/cicd/core/engine.ts";
import { DeploymentFailure } from "../../../../backend/cicd/core/failure.ts";
import { buildRelease } from "../../../../backend/cicd/services/build-release.ts";
import { sha256 } from "../../../support/compose-files.ts";
import { containerState } from "../../../support/containers.ts";
import { containing } from "../../../support/containing.ts";
import { plant, type Tree } from "../../../support/release-files.ts";
import { beginRun, connect, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

const tip = "a".repeat(40);
const compose = "services:\n  web:\n    build: .\n  db:\n    image: postgres:17\n";
const image = `shop-web:${tip}`;

async function open(tree: Tree = { "compose.yaml": compose, Dockerfile: "" }, config: Partial<NewBuildConfig> = {}) {
    const workshop = await openWorkshop();
    const { engine, git, target, directory } = workshop;
    const connection = await connect(workshop, config);
    git.addWorktree = (_remote, _commit, worktree) => plant(worktree, tree);
    target.answer = ({ argv }) => {
        if (argv.includes("build")) {
            engine.addImage(image, "sha256:web");
        }
        return {};
    };
    const asked = new AbortController();
    const record = await deploymentAt(workshop, "building", { commitSha: "" });
    const run = await beginRun(workshop, record, { signal: asked.signal });
    const ports = {
        ...workshop,
        files: diskFiles,
        hash: sha256,
        workspacesDirectory: join(directory, "workspaces"),
        serverId: "server-1",
    };
    const build = () => buildRelease(ports, run, connection);
    return { ...workshop, run, build, asked, ports, connection };
}

describe("building a release", () => {
    it("builds the services that have a build, under the commit's tag, and writes the release down", async () => {
        const { build, releases, run, target } = await open();

        const built = await build();

        expect(built).toMatchObject({
            deploymentId: run.id,
            commitSha: tip,
            initial: false,
            images: [{ service: "web", image, imageId: "sha256:web", built: true }],
        });
        expect(built.files.map(({ path }) => path)).toEqual(["Dockerfile", "compose.yaml"]);
        expect(built.override).toContain(`image: "${image}"`);
        expect(await releases.find(run.id)).toEqual(JSON.parse(JSON.stringify(built)));
        expect(target.commands[0]?.argv.slice(-2)).toEqual(["--", "web"]);
        expect(run.record).toMatchObject({ phase: "building", commitSha: tip });
    });

    it("builds nothing with compose_only", async () => {
        const tree = { "compose.yaml": "services:\n  web:\n    image: nginx:1\n" };
        const { build, target, logs, run } = await open(tree, { buildType: "compose_only" });

        expect((await build()).images).toEqual([]);
        expect(target.commands).toEqual([]);
        expect(logs.texts(run.id)).toContainEqual(containing("Nothing to build"));
    });

    it("keeps the tag that runs where the image came out the same", async () => {
        const { build, engine, releases, stackDirectory, ...workshop } = await open();
        const live = await deploymentAt(workshop, "successful", { repositoryId: "other" });
        const before = { service: "web", image: "shop-web:before", imageId: "sha256:web", built: true };
        await releases.save(release({ deploymentId: live.id, images: [before] }), stackDirectory);
        engine.addImage("shop-web:before", "sha256:web");
        const labels = { [composeLabels.project]: "shop", [composeLabels.service]: "web" };
        engine.add(containerState({ imageId: "sha256:web", labels }));

        const built = await build();

        expect(built.images).toEqual([before]);
        expect(built.override).toContain('image: "shop-web:before"');
    });

    it("runs the user's commands before and after, in that order", async () => {
        const { build, target } = await open(undefined, { preBuildCommands: ["before"], postBuildCommands: ["after"] });

        await build();

        const order = target.commands.map(({ argv }) => (argv[0] === "sh" ? argv[2]?.slice(7) : "build"));
        expect(order).toEqual(["before", "build", "after"]);
    });

    it("ends before anything is built where a command fails", async () => {
        const { build, target } = await open(undefined, { preBuildCommands: ["before"] });
        target.answer = () => ({ exitCode: 1 });

        await expect(build()).rejects.toMatchObject({ errorCode: "command_failed" });
        expect(target.commands).toHaveLength(1);
    });

    it("names a tracked file that a command removed", async () => {
        const { build, target } = await open(undefined, { preBuildCommands: ["rm Dockerfile"] });
        const answer = target.answer;
        target.answer = async (command, options) => {
            if (command.argv[0] === "sh") {
                await diskFiles.remove(command.directory, "Dockerfile");
            }
            return answer(command, options);
        };

        await expect(build()).rejects.toMatchObject({ errorCode: "command_failed", message: containing("Dockerfile") });
    });

    it("builds the one service that dockerfilePath is for", async () => {
        const tree = { "compose.yaml": "services:\n  web:\n    image: x\n", "docker/Dockerfile": "" };
        const { build, target, engine } = await open(tree, { dockerfilePath: "docker/Dockerfile" });
        target.answer = () => {
            engine.addImage(`x:${tip}`, "sha256:web");
            return {};
        };

        expect((await build()).images).toMatchObject([{ service: "web", image: `x:${tip}` }]);
        expect(target.commands[0]?.argv.join(" ")).toMatch(
            / buildx build .* -f .\/docker\/Dockerfile .* -- .\/docker$/,
        );
    });

    it.each([
        ["that nobody named", {}],
        ["that is none of them", { buildService: "nope" }],
    ])("asks which of several services a Dockerfile is for: %s", async (_, fields) => {
        const { build } = await open(undefined, { dockerfilePath: "Dockerfile", ...fields });

        await expect(build()).rejects.toMatchObject({ errorCode: "compose_invalid", message: containing("web, db") });
    });
});

describe("a build that fails", () => {
    it.each([
        ["ERROR: failed to solve: process exited with 1", {}, "build_failed"],
        ["failed to read dockerfile: open Dockerfile: no such file or directory", {}, "dockerfile_missing"],
        ["write /x: no space left on device", {}, "disk_full"],
        ["Cannot connect to the Docker daemon at unix:///var/run/docker.sock", {}, "engine_unavailable"],
        ["", { timedOut: true }, "timeout"],
    ])("with %j %j has the code %s", async (stderrTail, fields, errorCode) => {
        const { build, target } = await open();
        target.answer = () => ({ exitCode: 1, stderrTail, ...fields });

        await expect(build()).rejects.toMatchObject({ errorCode });
    });

    it("because it made no image is told as that", async () => {
        const { build, target } = await open();
        target.answer = () => ({});

        await expect(build()).rejects.toMatchObject({
            errorCode: "build_failed",
            message: containing("made no image"),
        });
    });

    it("because the engine is away says so before any command runs", async () => {
        const { build, engine, target } = await open();
        engine.isAway = true;

        await expect(build()).rejects.toMatchObject({ details: { errorCode: "engine_unavailable" } });
        expect(target.commands).toEqual([]);
    });

    it("because it was cancelled ends with that, whatever the builder says", async () => {
        const { build, target, asked, releases, run } = await open();
        target.answer = () => {
            asked.abort(new DeploymentFailure("cancelled", "Cancelled by anna."));
            return { exitCode: 130, cancelled: true };
        };

        await expect(build()).rejects.toMatchObject({ errorCode: "cancelled" });
        expect(await releases.find(run.id)).toBeUndefined();
    });
});

describe("a pipeline", () => {
    it("runs before anything is built, and ends the deployment where it fails", async () => {
        const { ports, run, connection, target } = await open();
        const failure = new DeploymentFailure("pipeline_failed", "Job unit failed with exit code 1.");
        const runPipelinePhase = async () => Promise.reject(failure);

        await expect(buildRelease({ ...ports, runPipelinePhase }, run, connection)).rejects.toBe(failure);

        expect(target.commands).toEqual([]);
    });
});
