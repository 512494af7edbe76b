/** Where the login's token is kept: for good (remember me), or as long as the browser's tab. */
export interface TokenStore {
    read(): string | null;
    write(token: string, remember: boolean): void;
    /** Another token in the place of the one that is kept. */
    renew(token: string): void;
    clear(): void;
}

const key = "token";

/** The stores and the key that Dockge's page uses, so that a login outlives the switch from one to the other. */
export function createTokenStore(lasting: Storage, passing: Storage): TokenStore {
    return {
        read: () => lasting.getItem(key) ?? passing.getItem(key),
        write(token, remember) {
            (remember ? lasting : passing).setItem(key, token);
            (remember ? passing : lasting).removeItem(key);
        },
        renew(token) {
            (lasting.getItem(key) === null ? passing : lasting).setItem(key, token);
        },
        clear() {
            lasting.removeItem(key);
            passing.removeItem(key);
        },
    };
}
