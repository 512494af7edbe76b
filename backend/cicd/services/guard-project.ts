import { createComposeReader } from "../compose/compose-reader.ts";
import { checkContainment } from "../compose/containment.ts";
import type { ComposeProject } from "../compose/compose-project.ts";
import { loadProject } from "../compose/load-project.ts";
import { describeMistake } from "../compose/mistake.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Files } from "../core/files.ts";
import type { CheckedOut } from "./check-out.ts";

export interface GuardInput {
    readonly stack: string;
    readonly source: Pick<CheckedOut, "workspace" | "project" | "scope">;
    /** What may change them: "A build command" unless said. */
    readonly by?: string | undefined;
}

/**
 * Remembers a worktree's compose files, before programs of the repository run there. What comes back is called after
 * them, before anything else reads those files: it throws `not_contained` where they were changed, or where something
 * that they name has become a way out of the repository.
 */
export async function guardProject(files: Files, input: GuardInput): Promise<() => Promise<void>> {
    const { by = "A build command" } = input;
    const before = await load(files, input);
    const variables = await environmentText(files, input);
    return async () => {
        const { workspace } = input.source;
        const after = await load(files, input);
        if (before === undefined || after === undefined || textOf(before) !== textOf(after)) {
            throw new DeploymentFailure(
                "not_contained",
                `${by} changed the compose files, which are checked before it runs. Use variables instead.`,
            );
        }
        if ((await environmentText(files, input)) !== variables) {
            throw new DeploymentFailure(
                "not_contained",
                `${by} changed .env, by which the compose files are read. Use CI/CD variables instead.`,
            );
        }
        const reader = createComposeReader(files, workspace.worktree);
        const { violations } = await checkContainment(after, { reader, stack: input.stack });
        // What is merely missing is told by who needs it.
        const violation = violations.find(({ code }) => code === "not_contained");
        if (violation !== undefined) {
            throw new DeploymentFailure(violation.code, `After the build commands: ${describeMistake(violation)}`);
        }
    };
}

async function load(files: Files, { source }: GuardInput): Promise<ComposeProject | undefined> {
    const { workspace, project, scope } = source;
    const reader = createComposeReader(files, workspace.worktree);
    const loaded = await loadProject({
        reader,
        files: [project.file.path],
        folder: project.folder,
        scope,
        lookup: scope.lookup,
    });
    return loaded.ok ? loaded.project : undefined;
}

/** The commit's own `.env`, which the build reads where the stack has none. */
async function environmentText(files: Files, { source }: GuardInput): Promise<string | undefined> {
    const { folder } = source.project;
    const reader = createComposeReader(files, source.workspace.worktree);
    return reader.readFile(folder === "" ? ".env" : `${folder}/.env`);
}

function textOf({ included, extended }: ComposeProject): string {
    return JSON.stringify([included, extended], (_key, value: unknown) => (value instanceof Map ? [...value] : value));
}
