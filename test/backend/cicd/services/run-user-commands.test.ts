import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import type { NewBuildConfig } from "../../../../backend/cicd/core/build-config.ts";
import { DeploymentFailure } from "../../../../backend/cicd/core/failure.ts";
import { workspaceAt } from "../../../../backend/cicd/core/workspace.ts";
import { runUserCommands } from "../../../../backend/cicd/services/run-user-commands.ts";
import { containing } from "../../../support/containing.ts";
import { beginRun, connect, deploymentAt, openWorkshop } from "../../../support/workshop.ts";

async function open(config: Partial<NewBuildConfig> = {}) {
    const workshop = await openWorkshop();
    const connection = await connect(workshop, config);
    const run = await beginRun(workshop, await deploymentAt(workshop, "building", { tag: "v1" }));
    const workspace = workspaceAt(`${workshop.directory}/work`);
    const ports = { ...workshop, files: diskFiles, serverId: "server-1" };
    const commands = (list: readonly string[], signal = run.signal) =>
        runUserCommands(ports, run, { ...connection, workspace, commands: list, signal });
    return { ...workshop, run, workspace, commands };
}

describe("the user's commands on this machine", () => {
    it("run one by one in the worktree, each by its own shell that stops at the first error", async () => {
        const { commands, target, workspace, logs, run } = await open();

        await commands(["npm test", "echo 'a b'; $(touch x)"]);

        expect(target.commands.map(({ argv }) => argv)).toEqual([
            ["sh", "-c", "set -e\nnpm test"],
            ["sh", "-c", "set -e\necho 'a b'; $(touch x)"],
        ]);
        expect(new Set(target.commands.map(({ directory }) => directory))).toEqual(new Set([workspace.worktree]));
        expect(logs.texts(run.id)).toEqual(["$ npm test", "$ echo 'a b'; $(touch x)"]);
    });

    it("see the stack's variables and what is built, and nothing of the server's own", async () => {
        const { commands, target, run, workspace } = await open({
            environmentVariables: [{ name: "TOKEN", value: "s3cret", secret: true }],
        });

        await commands(["env"]);

        expect(target.commands[0]?.environment).toEqual({
            TOKEN: "s3cret",
            CI: "true",
            CICD_STACK: "shop",
            CICD_COMMIT_SHA: run.record.commitSha,
            CICD_BRANCH: "main",
            CICD_TAG: "v1",
            CICD_IMAGE_TAG: run.record.commitSha,
            GIT_CEILING_DIRECTORIES: workspace.root,
            HOME: workspace.home,
        });
    });

    it("end the deployment at the first that fails", async () => {
        const { commands, target } = await open();
        target.answer = () => ({ exitCode: 3 });

        const failure = { errorCode: "command_failed", message: 'The command "make" failed with exit code 3.' };
        await expect(commands(["make", "make install"])).rejects.toMatchObject(failure);

        expect(target.commands).toHaveLength(1);
    });

    it("that are long are told by their first line", async () => {
        const { commands, target } = await open();
        target.answer = () => ({ exitCode: 1 });

        await expect(commands([`${"x".repeat(100)}\nsecond`])).rejects.toMatchObject({
            message: containing(`"${"x".repeat(77)}..." failed`),
        });
    });

    it("that were ended say why, rather than with which exit code", async () => {
        const { commands, target } = await open();
        const limit = new AbortController();
        target.answer = () => {
            limit.abort(new DeploymentFailure("timeout", "It took too long."));
            return { exitCode: 143, cancelled: true };
        };

        await expect(commands(["sleep 999"], limit.signal)).rejects.toMatchObject({ errorCode: "timeout" });
    });
});

describe("the user's commands in a container", () => {
    it("run in the image that is set, which is pulled where it is missing", async () => {
        const { commands, engine, target } = await open({ buildImage: "node:20" });
        engine.pull = () => engine.addImage("node:20", "sha256:node");

        await commands(["npm test"]);

        expect(engine.done).toEqual(["pull node:20", "run node:20 sh -c set -e\nnpm test"]);
        expect(target.commands).toEqual([]);
    });

    it("fail with the registry's words where it cannot be pulled", async () => {
        const { commands } = await open({ buildImage: "nope" });

        await expect(commands(["npm test"])).rejects.toMatchObject({
            errorCode: "pull_failed",
            message: containing("buildImage: image nope"),
        });
    });

    it("fail with their exit code", async () => {
        const { commands, engine } = await open({ buildImage: "node:20" });
        engine.addImage("node:20", "sha256:node");
        engine.commandExit = 7;

        await expect(commands(["npm test"])).rejects.toMatchObject({ message: containing("exit code 7") });
    });
});
