/** What a button on the stack's page runs. */
export const composeActions = {
    up: ["up", "-d", "--remove-orphans"],
    stop: ["stop"],
    restart: ["restart"],
    pull: ["pull"],
    down: ["down"],
    remove: ["down", "--remove-orphans"],
    removeWithVolumes: ["down", "--remove-orphans", "--volumes"],
    logs: ["logs", "-f", "--tail", "100"],
} as const;

export type ComposeAction = keyof typeof composeActions;

/** What a button of a single service runs. */
export interface ServiceAction {
    readonly verb: "up" | "stop" | "restart";
    readonly service: string;
}

/** What is behind `docker compose`. */
export function composeWords(action: ComposeAction | ServiceAction): readonly string[] {
    if (typeof action === "string") {
        return composeActions[action];
    }
    const { verb, service } = action;
    return verb === "up" ? ["up", "-d", service] : [verb, service];
}

/** The command of an action, run in the stack's folder. `environmentFiles` are relative to that folder. */
export function composeCommand(
    action: ComposeAction | ServiceAction,
    environmentFiles: readonly string[],
): readonly [string, ...string[]] {
    const files = environmentFiles.flatMap((path) => ["--env-file", path]);
    return ["docker", "compose", ...files, ...composeWords(action)];
}

/** The command that prints the project as Compose reads it, with the services of all profiles. */
export function composeConfigCommand(environmentFiles: readonly string[]): readonly [string, ...string[]] {
    const files = environmentFiles.flatMap((path) => ["--env-file", path]);
    return ["docker", "compose", ...files, "--profile", "*", "config", "--format", "json"];
}

/** What works for a project without files, by the labels of its containers. */
export function projectCommand(project: string, words: readonly string[]): readonly [string, ...string[]] {
    return ["docker", "compose", "-p", project, ...words];
}
