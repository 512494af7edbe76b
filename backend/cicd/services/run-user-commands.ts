import { DeploymentFailure } from "../core/failure.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { runUserProgram, type UserProgramInput, type UserProgramPorts } from "./run-user-program.ts";

export interface UserCommandInput extends UserProgramInput {
    readonly commands: readonly string[];
}

/**
 * Runs the user's own commands in the worktree, one `sh -c` each with `set -e`: here and for `script` a shell runs, and
 * it runs the user's own text. Throws `command_failed` at the first that fails.
 */
export async function runUserCommands(
    ports: UserProgramPorts,
    run: DeploymentRun,
    input: UserCommandInput,
): Promise<void> {
    for (const command of input.commands) {
        run.say(`$ ${command}`);
        const exitCode = await runUserProgram(ports, run, input, ["sh", "-c", `set -e\n${command}`]);
        if (exitCode !== 0) {
            throw new DeploymentFailure(
                "command_failed",
                `The command "${shorten(command)}" failed with exit code ${exitCode}.`,
            );
        }
    }
}

function shorten(command: string): string {
    const line = command.split("\n", 1)[0] ?? "";
    return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
