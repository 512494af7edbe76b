/** What a button on the stack's page runs. */
export const composeActions = {
    up: ["up", "-d", "--remove-orphans"],
    stop: ["stop"],
    restart: ["restart"],
    pull: ["pull"],
    down: ["down"],
    remove: ["down", "--remove-orphans"],
    logs: ["logs", "-f", "--tail", "100"],
} as const;

export type ComposeAction = keyof typeof composeActions;

/** The command of an action, run in the stack's folder. `environmentFiles` are relative to that folder. */
export function composeCommand(
    action: ComposeAction,
    environmentFiles: readonly string[],
): readonly [string, ...string[]] {
    const files = environmentFiles.flatMap((path) => ["--env-file", path]);
    return ["docker", "compose", ...files, ...composeActions[action]];
}
