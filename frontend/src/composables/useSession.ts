import { computed, readonly, ref, shallowRef, type ComputedRef, type InjectionKey, type Ref } from "vue";
import { usernameOf } from "../model/jwt.ts";
import type { SocketClient } from "../socket/client.ts";
import { CallError } from "../socket/call-error.ts";
import type { ServerInfo } from "../socket/protocol.ts";
import { required } from "./required.ts";
import type { TokenStore } from "./token-store.ts";

/** `starting`: not known yet; `setup`: the first user is to be made; `login`: nobody is logged in; `in`: somebody is. */
export type SessionState = "starting" | "setup" | "login" | "in";

export interface Session {
    readonly state: Readonly<Ref<SessionState>>;
    readonly username: ComputedRef<string>;
    readonly info: Readonly<Ref<ServerInfo>>;
    /** Whether the set-up wants the one-time code of the server's log. */
    readonly codeRequired: Readonly<Ref<boolean>>;
    /** Counts logins. A change means: a new connection, so load and subscribe again. */
    readonly epoch: Readonly<Ref<number>>;
    readonly token: Readonly<Ref<string | null>>;
    /** Whether the server asks nobody to log in. */
    readonly loginOff: Readonly<Ref<boolean>>;
    /** `code`: the second factor, or a recovery code. Rejects with the code `token_required` where it is missing. */
    login(username: string, password: string, remember: boolean, code?: string): Promise<void>;
    setUp(username: string, password: string, code: string): Promise<void>;
    /** Other browsers of the user are logged out by it, this one stays. */
    changePassword(currentPassword: string, newPassword: string): Promise<void>;
    logout(): Promise<void>;
}

export const sessionKey: InjectionKey<Session> = Symbol("session");

/** Who is logged in. */
export function useSession(): Session {
    return required(sessionKey);
}

const retryMs = 3000;

/** Keeps the login over reconnects. `reload` is called when the server asks for a fresh page. */
export function createSession(client: SocketClient, tokens: TokenStore, reload: () => void): Session {
    const state = ref<SessionState>("starting");
    const epoch = ref(0);
    const codeRequired = ref(false);
    const token = ref(tokens.read());
    const loginOff = ref(false);

    function enter(): void {
        state.value = "in";
        epoch.value += 1;
    }

    function forget(): void {
        tokens.clear();
        token.value = null;
        state.value = loginOff.value ? "in" : "login";
    }

    async function resume(): Promise<void> {
        if (token.value === null) {
            const setup = await askSetup(client);
            codeRequired.value ||= setup.codeRequired;
            state.value = stateAfter(setup.needed, state.value, loginOff.value);
            return;
        }
        const next = { good: enter, bad: forget, unknown: retry };
        next[await tryToken(client, token.value)]();
    }

    function retry(): void {
        if (client.connected.value) {
            setTimeout(() => void resume(), retryMs);
        }
    }

    client.onConnect(() => {
        loginOff.value = false;
        void resume();
    });
    client.on("autoLogin", () => {
        loginOff.value = true;
        enter();
    });
    client.on("setup", (details) => {
        codeRequired.value = details?.codeRequired ?? codeRequired.value;
        state.value = "setup";
    });

    return {
        state: readonly(state),
        username: computed(() => usernameOf(token.value) ?? ""),
        info: followInfo(client, reload),
        codeRequired: readonly(codeRequired),
        epoch: readonly(epoch),
        token: readonly(token),
        loginOff: readonly(loginOff),
        ...ways(client, tokens, token, enter),
        async logout() {
            await client.call("logout").catch(() => undefined);
            loginOff.value = false;
            forget();
            client.reconnect();
        },
    };
}

/** The ways to come by a token. */
function ways(
    client: SocketClient,
    tokens: TokenStore,
    token: Ref<string | null>,
    enter: () => void,
): Pick<Session, "login" | "setUp" | "changePassword"> {
    async function login(username: string, password: string, remember: boolean, code?: string): Promise<void> {
        const second = code === undefined ? {} : { token: code };
        const answer = await client.call("login", { username, password, ...second });
        tokens.write(answer.token, remember);
        token.value = answer.token;
        enter();
    }

    return {
        login,
        async setUp(username, password, code) {
            await client.call("setup", username, password, ...(code === "" ? [] : [code]));
            await login(username, password, true);
        },
        async changePassword(currentPassword, newPassword) {
            const answer = await client.call("changePassword", { currentPassword, newPassword });
            // The old token ends with the old password.
            if (answer.token !== undefined && token.value !== null) {
                tokens.renew(answer.token);
                token.value = answer.token;
            }
        },
    };
}

/** For somebody without a token; `letIn`: the server asks nobody to log in. */
function stateAfter(setupNeeded: boolean, state: SessionState, letIn: boolean): SessionState {
    if (setupNeeded) {
        return "setup";
    }
    return state === "setup" || letIn ? state : "login";
}

/** A connection lost meanwhile says nothing about the token. */
async function tryToken(client: SocketClient, token: string): Promise<"good" | "bad" | "unknown"> {
    try {
        await client.call("loginByToken", token);
        return "good";
    } catch (error) {
        const refused = error instanceof CallError && !inconclusive.includes(error.code);
        return refused ? "bad" : "unknown";
    }
}

const inconclusive: readonly string[] = ["disconnected", "timeout", "unavailable", "rate_limited"];

/** Hosts of older versions do not know the question; they push `setup`. */
async function askSetup(client: SocketClient): Promise<{ readonly needed: boolean; readonly codeRequired: boolean }> {
    try {
        const answer = await client.call("needSetup");
        return { needed: answer.needSetup ?? false, codeRequired: answer.codeRequired ?? false };
    } catch {
        return { needed: false, codeRequired: false };
    }
}

/** What the server tells about itself. Another version means another page, and so does the server's own wish. */
function followInfo(client: SocketClient, reload: () => void): Readonly<Ref<ServerInfo>> {
    const info = shallowRef<ServerInfo>({});
    client.on("refresh", reload);
    client.on("info", (received) => {
        const before = info.value.version;
        info.value = { ...info.value, ...received };
        if (before !== undefined && received.version !== undefined && received.version !== before) {
            reload();
        }
    });
    return info;
}
