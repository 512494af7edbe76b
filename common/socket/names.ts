/** Dockge's terminal names; `endpoint` is empty for this server. */
export function progressTerminal(endpoint: string, stack: string): string {
    return `compose-${endpoint}-${stack}`;
}

export function combinedTerminal(endpoint: string, stack: string): string {
    return `combined-${endpoint}-${stack}`;
}

/** A shell in a service's container; the first replica has the index 0. */
export function containerTerminal(endpoint: string, stack: string, service: string, index: number): string {
    return `container-exec-${endpoint}-${stack}-${service}-${index}`;
}

/** The server's own console. */
export function consoleTerminal(): string {
    return "console";
}
