import { type Script, scriptCommand } from "../commands/script.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Files } from "../core/files.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { runUserProgram, type UserProgramInput, type UserProgramPorts } from "./run-user-program.ts";

/** Runs the repository's own build script. Throws `command_failed`, and `not_contained` for one that lies elsewhere. */
export async function runScript(ports: UserProgramPorts, run: DeploymentRun, input: UserProgramInput): Promise<void> {
    const script = await findScript(ports.files, input);
    run.say(`Running ${script.path}`);
    const exitCode = await runUserProgram(ports, run, input, scriptCommand(script));
    if (exitCode !== 0) {
        throw new DeploymentFailure("command_failed", `The script ${script.path} failed with exit code ${exitCode}.`);
    }
}

async function findScript(files: Files, { workspace, config }: UserProgramInput): Promise<Script> {
    const path = config.scriptPath;
    const there = await files.inspect(workspace.worktree, path);
    if (there === undefined) {
        throw missing(`the repository has no ${path}; add it, or give the script's path`);
    }
    const real = await files.realPath(workspace.worktree, path);
    if (real === undefined && there.kind === "link") {
        throw new DeploymentFailure(
            "not_contained",
            `scriptPath: ${path} is a symlink that leads out of the repository, or nowhere; put the script itself there`,
        );
    }
    const file = real === undefined ? undefined : await files.inspect(workspace.worktree, real);
    const text = real === undefined ? undefined : await files.readText(workspace.worktree, real);
    if (file?.kind !== "file" || text === undefined) {
        throw missing(`${path} is no file; give the script's path`);
    }
    return { path, text, executable: file.executable };
}

function missing(words: string): DeploymentFailure {
    return new DeploymentFailure("command_failed", `scriptPath: ${words}.`);
}
