import { join } from "node:path";
import { io, type Socket } from "socket.io-client";
import { onTestFinished } from "vitest";
import { createSecretBox } from "../../backend/host/adapters/secret-box/secret-box.ts";
import { createLoginSessionStore } from "../../backend/host/adapters/sqlite/login-session-store.ts";
import { createRecoveryCodeStore } from "../../backend/host/adapters/sqlite/recovery-code-store.ts";
import { createCipher } from "../../backend/platform/crypto/cipher.ts";
import { createAgentStore } from "../../backend/host/adapters/sqlite/agent-store.ts";
import { createApiTokenStore } from "../../backend/host/adapters/sqlite/api-token-store.ts";
import { createSettingStore } from "../../backend/host/adapters/sqlite/setting-store.ts";
import { createUserStore } from "../../backend/host/adapters/sqlite/user-store.ts";
import { createHost } from "../../backend/host/host.ts";
import { connectDocker } from "../../backend/platform/docker/client.ts";
import { openTestDatabase } from "./database.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export const person = { username: "admin", password: "correct-horse-1" };

export type Answer = Readonly<Record<string, unknown>>;

export interface TestHostOptions {
    /** Where it listens; the set-up code is asked for unless it is loopback. */
    readonly hostname?: string;
    /** Makes the first user. */
    readonly admin?: typeof person;
    /** The engine; without it there is none. */
    readonly dockerHost?: string | undefined;
    readonly environment?: Readonly<Record<string, string>>;
    readonly baseUrl?: string;
    readonly enableConsole?: boolean;
}

/** The embedded host on throw-away folders, with a real database, on a free port; stopped when the test ends. */
export async function startTestHost(options: TestHostOptions = {}) {
    const directory = await temporaryDirectory();
    const stacksDirectory = join(directory, "stacks");
    const database = await openTestDatabase(join(directory, "dockge.db"));
    const settings = createSettingStore(database);
    const users = createUserStore(database);
    const apiTokens = createApiTokenStore({ database, now: () => new Date() });
    const agentStore = createAgentStore(database);
    const loginSessions = createLoginSessionStore({ database, now: () => new Date() });
    const recoveryCodes = createRecoveryCodeStore({ database, now: () => new Date() });
    const secrets = createSecretBox(createCipher(new Uint8Array(32)));
    const logLines: { readonly fields: Answer; readonly message: string }[] = [];
    const write = (fields: Answer, message: string): void => void logLines.push({ fields, message });
    const host = await createHost({
        config: {
            port: 0,
            hostname: options.hostname ?? "127.0.0.1",
            stacksDirectory,
            tls: undefined,
            enableConsole: options.enableConsole ?? false,
            isContainer: false,
            admin: options.admin,
            baseUrl: options.baseUrl,
            dockerEnvironment: options.environment ?? { PATH: process.env["PATH"] ?? "", HOME: directory },
        },
        users,
        settings,
        apiTokens,
        agentStore,
        loginSessions,
        recoveryCodes,
        secrets,
        docker: connectDocker({ host: options.dockerHost ?? `unix://${directory}/no-engine.sock` }),
        log: { debug: write, info: write, warn: write, error: write },
        productVersion: "0.0.0-test",
        pageDirectory: join(directory, "frontend-dist"),
    });
    onTestFinished(() => host.stop());
    let port = 0;

    return {
        host,
        users,
        settings,
        apiTokens,
        agentStore,
        directory,
        stacksDirectory,
        logLines,
        async start() {
            ({ port } = await host.start());
        },
        url: () => `http://127.0.0.1:${port}`,
        /** A browser, or with headers of its own a program. */
        connect: (headers: Readonly<Record<string, string>> = {}) => connect(`http://127.0.0.1:${port}`, headers),
        /** A browser that is logged in. */
        async connectLoggedIn() {
            const browser = await connect(`http://127.0.0.1:${port}`, {});
            await browser.call("login", person);
            return browser;
        },
    };
}

export interface TestBrowser {
    readonly socket: Socket;
    /** Emits and resolves with the answer. */
    call(event: string, ...args: readonly unknown[]): Promise<Answer>;
    /** The same through Dockge's proxy, for this server. */
    agent(event: string, ...args: readonly unknown[]): Promise<Answer>;
    /** The first push (direct, or agent-capable) that fits, of those that came and those that will come. */
    push(event: string, fits?: (payload: Answer) => boolean): Promise<readonly Answer[]>;
    /** What a terminal has shown so far. */
    terminal(name: string): string;
    /** Terminals whose program has ended, each with its exit code. */
    exits(): readonly (readonly unknown[])[];
}

async function connect(url: string, headers: Readonly<Record<string, string>>): Promise<TestBrowser> {
    const socket = io(url, { transports: ["websocket"], forceNew: true, reconnection: false, extraHeaders: headers });
    onTestFinished(() => void socket.disconnect());
    const pushes: { readonly event: string; readonly args: readonly unknown[] }[] = [];
    const waiting = new Set<() => void>();
    const texts = new Map<string, string>();
    socket.onAny((event: string, ...args: readonly unknown[]) => {
        const [inner, ...rest] = event === "agent" ? args : [event, ...args];
        if (inner === "terminalWrite") {
            const name = String(rest[0]);
            texts.set(name, (texts.get(name) ?? "") + String(rest[1]));
        }
        pushes.push({ event: String(inner), args: rest });
        waiting.forEach((look) => look());
    });
    await new Promise<void>((resolve, reject) => {
        socket.once("connect", resolve);
        socket.once("connect_error", reject);
    });
    const call = (event: string, ...args: readonly unknown[]): Promise<Answer> =>
        socket.timeout(60_000).emitWithAck(event, ...args);
    return {
        socket,
        call,
        agent: (event, ...args) => call("agent", "", event, ...args),
        push: (event, fits = () => true) =>
            new Promise((resolve) => {
                const look = (): void => {
                    const found = pushes.find((push) => push.event === event && fits(answerIn(push.args[0])));
                    if (found !== undefined) {
                        waiting.delete(look);
                        resolve(found.args.map(answerIn));
                    }
                };
                waiting.add(look);
                look();
            }),
        terminal: (name) => texts.get(name) ?? "",
        exits: () => pushes.filter(({ event }) => event === "terminalExit").map(({ args }) => args),
    };
}

/** The fields of a payload; none of one that is no object. */
function answerIn(payload: unknown): Answer {
    return typeof payload === "object" && payload !== null ? { ...payload } : {};
}
