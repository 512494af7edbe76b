import type { ContainerState, Engine } from "../core/engine.ts";
import { errorMessage } from "../../../common/errors.ts";
import type { DeploymentRun } from "./deployment-run.ts";

const lastLines = 100;
const lastCheckLines = 20;
const mostContainers = 20;

/** Writes the last output of these containers, and of their health checks, to the log. */
export async function showLogs(
    engine: Pick<Engine, "tailLogs">,
    run: DeploymentRun,
    states: readonly ContainerState[],
): Promise<void> {
    for (const state of states.slice(0, mostContainers)) {
        await showOne(engine, run, state);
    }
    if (states.length > mostContainers) {
        run.say(`The output of ${states.length - mostContainers} more containers is not shown.`);
    }
}

async function showOne(engine: Pick<Engine, "tailLogs">, run: DeploymentRun, state: ContainerState): Promise<void> {
    try {
        const lines = await engine.tailLogs(state.id, lastLines);
        run.say(lines.length === 0 ? `${state.name} wrote no output.` : `Last output of ${state.name}:`);
        lines.forEach(({ stream, text }) => writeLine(run, stream, text));
    } catch (error) {
        // That it cannot be read, as with some log drivers, must not take the place of why it is shown.
        run.say(`The output of ${state.name} cannot be read: ${errorMessage(error)}`);
    }
    const { lastCheck } = state;
    if (state.health !== "none" && lastCheck !== undefined && lastCheck.exitCode !== 0) {
        run.say(`Last health check of ${state.name} ended with exit code ${lastCheck.exitCode}:`);
        const lines = lastCheck.output.trimEnd().split(/\r?\n/).slice(-lastCheckLines);
        lines.forEach((line) => writeLine(run, "stderr", line));
    }
}

/** Masked before it is cut: what is left of a secret would not be found any more. */
function writeLine(run: DeploymentRun, stream: "stdout" | "stderr", text: string): void {
    run.write(stream, run.mask(text, " … (the line is longer)"));
}
