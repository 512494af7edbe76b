/** The health in the engine's status sentence: "Up 3 seconds (healthy)", "Up 1 second (health: starting)". */
export function healthIn(status: string): string | undefined {
    return /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(status)?.[1];
}

/** The exit code in the engine's status sentence: "Exited (137) 2 minutes ago". */
export function exitCodeIn(status: string): number | undefined {
    const code = /^Exited \((\d+)\)/.exec(status)?.[1];
    return code === undefined ? undefined : Number(code);
}
