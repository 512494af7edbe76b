/** Dockge's terminal names; `endpoint` is empty for this server. */
export function progressTerminal(endpoint: string, stack: string): string {
    return `compose-${endpoint}-${stack}`;
}

export function combinedTerminal(endpoint: string, stack: string): string {
    return `combined-${endpoint}-${stack}`;
}
