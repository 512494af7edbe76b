/**
 * The login tokens that other servers gave, in memory only: each new browser logs in there with the token, because
 * Dockge counts logins with a password and refuses them from 20 a minute on.
 */
export interface AgentTokens {
    get(url: string): string | undefined;
    set(url: string, token: string): void;
    delete(url: string): void;
    /** One after the other for each server, so that browsers that come together log in with a password once. */
    turn<T>(url: string, work: () => Promise<T>): Promise<T>;
}

export function createAgentTokens(): AgentTokens {
    const tokens = new Map<string, string>();
    const turns = new Map<string, Promise<unknown>>();
    return {
        get: (url) => tokens.get(url),
        set: (url, token) => void tokens.set(url, token),
        delete: (url) => void tokens.delete(url),
        async turn(url, work) {
            const before = turns.get(url) ?? Promise.resolve();
            const mine = before.then(work, work);
            turns.set(url, mine);
            try {
                return await mine;
            } finally {
                if (turns.get(url) === mine) {
                    turns.delete(url);
                }
            }
        },
    };
}
