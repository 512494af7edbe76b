import { AppError } from "../../../common/errors.ts";
import { projectCommand } from "../core/compose-command.ts";
import { runInProgress, type ComposePorts } from "./run-compose.ts";

/** Compose looks for files here and above: there are none, so that it goes by the containers' labels. */
export const noFilesDirectory = "/";

/** What can be done to a project that has no folder here. */
export type ProjectVerb = "start" | "stop" | "restart";

/** Runs compose for a project without files, or for one service of it, and shows it in the progress terminal. */
export async function runProject(
    ports: Pick<ComposePorts, "watch" | "terminals" | "programs" | "stopping">,
    project: string,
    verb: ProjectVerb,
    service?: string,
): Promise<void> {
    ports.terminals.open("progress", project).clear();
    const words = service === undefined ? [verb] : [verb, service];
    await runInProgress(ports, project, async () => ({
        argv: projectCommand(project, words),
        directory: noFilesDirectory,
    }));
}

/** What only a folder makes possible. */
export function refuseUnmanaged(project: string): never {
    throw new AppError(
        "not_found",
        `${project} runs, but has no folder with a compose file among the stacks: it can only be looked at, started, ` +
            "stopped and restarted. Put its compose file into a folder of that name to manage it here",
    );
}
