const ordinaryMs = 120_000;
const composeMs = 60 * 60_000;
const silentMs = 3000;

/** Compose pulls and waits in these, or the engine works; what they print is live in a terminal. */
const long: ReadonlySet<string> = new Set([
    "deployStack",
    "deleteStack",
    "startStack",
    "stopStack",
    "restartStack",
    "updateStack",
    "downStack",
    "startService",
    "stopService",
    "restartService",
    "pruneEngine",
    "previewDeployment",
    "cleanUp",
]);

/** Dockge answers these only when they fail, or never. */
const silent: ReadonlySet<string> = new Set(["terminalInput", "terminalResize"]);

/** How long an agent may take for its answer, in milliseconds. */
export function agentTimeLimitMs(event: string): number {
    if (silent.has(event)) {
        return silentMs;
    }
    return long.has(event) ? composeMs : ordinaryMs;
}

/** Whether no answer means that it is well. */
export function isSilent(event: string): boolean {
    return silent.has(event);
}
