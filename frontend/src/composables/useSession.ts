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
    login(username: string, password: string, remember: boolean): Promise<void>;
    setUp(username: string, password: string, code: string): Promise<void>;
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

    function enter(): void {
        state.value = "in";
        epoch.value += 1;
    }

    function forget(): void {
        tokens.clear();
        token.value = null;
        state.value = "login";
    }

    async function resume(): Promise<void> {
        if (token.value === null) {
            const setup = await askSetup(client);
            codeRequired.value ||= setup.codeRequired;
            state.value = stateAfter(setup.needed, state.value);
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

    client.onConnect(() => void resume());
    client.on("autoLogin", enter);
    client.on("setup", (details) => {
        codeRequired.value = details?.codeRequired ?? codeRequired.value;
        state.value = "setup";
    });

    async function login(username: string, password: string, remember: boolean): Promise<void> {
        const answer = await client.call("login", { username, password });
        tokens.write(answer.token, remember);
        token.value = answer.token;
        enter();
    }

    return {
        state: readonly(state),
        username: computed(() => usernameOf(token.value) ?? ""),
        info: followInfo(client, reload),
        codeRequired: readonly(codeRequired),
        epoch: readonly(epoch),
        token: readonly(token),
        login,
        async setUp(username, password, code) {
            await client.call("setup", username, password, ...(code === "" ? [] : [code]));
            await login(username, password, true);
        },
        async logout() {
            await client.call("logout").catch(() => undefined);
            forget();
            client.reconnect();
        },
    };
}

function stateAfter(setupNeeded: boolean, state: SessionState): SessionState {
    if (setupNeeded) {
        return "setup";
    }
    return state === "starting" ? "login" : state;
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
