import { createServer } from "node:http";
import { Server, type Socket } from "socket.io";
import { onTestFinished } from "vitest";
import { listen } from "./listen.ts";

type Answer = (answer: object) => void;

export interface PlayedAgentOptions {
    readonly username?: string;
    readonly password?: string;
    readonly version?: string;
    /** More of its agent-capable events: the answer, or undefined for none at all. */
    readonly answer?: (event: string, args: readonly unknown[], socket: Socket) => object | undefined;
}

/**
 * A server that talks as Dockge 1.5.0 does with its main server: login by event, `info` with its version, stacks under
 * the endpoint of the header, and silence where Dockge is silent. It ends with the test.
 */
export async function startPlayedAgent(options: PlayedAgentOptions = {}) {
    const { username = "ada", password = "correct-horse-1", version = "1.5.0" } = options;
    const http = createServer();
    const io = new Server(http, { serveClient: false });
    const heard: { readonly event: string; readonly args: readonly unknown[] }[] = [];
    const headers: (string | string[] | undefined)[] = [];
    const auths: unknown[] = [];
    const tokens = new Set<string>();

    io.on("connection", (socket) => {
        const endpoint = String(socket.handshake.headers["endpoint"] ?? "");
        let isLoggedIn = false;
        headers.push(socket.handshake.headers["endpoint"]);
        auths.push(socket.handshake.auth);
        socket.emit("info", { primaryHostname: "played" });

        const push = (event: string, payload: object): void =>
            void socket.emit("agent", event, { ...payload, endpoint });
        const enter = (): void => {
            isLoggedIn = true;
            socket.emit("info", { version, isContainer: false, primaryHostname: "played" });
            socket.emit("agentList", { ok: true, agentList: { "": { url: "", username: "", endpoint: "" } } });
            push("stackList", { ok: true, stackList: { demo: stack(endpoint) } });
        };
        socket.onAny((event: string, ...args: unknown[]) => heard.push({ event, args: args.filter(isData) }));
        socket.on("login", (given: { username: string; password: string }, answer: Answer) => {
            if (given.username !== username || given.password !== password) {
                answer({ ok: false, msg: "authIncorrectCreds", msgi18n: true });
                return;
            }
            const token = `played-token-${tokens.size + 1}`;
            tokens.add(token);
            answer({ ok: true, token });
            enter();
        });
        socket.on("loginByToken", (token: string, answer: Answer) => {
            if (!tokens.has(token)) {
                answer({ ok: false, msg: "authInvalidToken", msgi18n: true });
                return;
            }
            enter();
            answer({ ok: true });
        });
        socket.on("agent", (asked: string, event: string, ...rest: unknown[]) => {
            const given = rest.at(-1);
            const answer: Answer = isAnswer(given) ? given : () => undefined;
            // Dockge answers neither strangers nor unknown events.
            if (!isLoggedIn || (asked !== "" && asked !== endpoint)) {
                return;
            }
            const told = options.answer?.(event, rest.filter(isData), socket) ?? ordinary(event, endpoint);
            if (told !== undefined) {
                answer(told);
            }
            if (event === "deployStack") {
                socket.emit("agent", "terminalWrite", `compose-${endpoint}-demo`, "Container demo-web-1 Started\r\n");
            }
        });
    });
    const url = await listen(http);
    onTestFinished(() => void io.close());
    return {
        url,
        endpoint: new URL(url).host,
        heard,
        headers,
        auths,
        tokens,
        connected: () => io.engine.clientsCount,
        /** To everybody who is connected. */
        push: (event: string, ...args: readonly unknown[]) => void io.emit("agent", event, ...args),
        disconnectAll: () => io.disconnectSockets(true),
        stop: () => io.close(),
    };
}

function isAnswer(argument: unknown): argument is Answer {
    return typeof argument === "function";
}

function isData(argument: unknown): boolean {
    return typeof argument !== "function";
}

function stack(endpoint: string) {
    const file = { isManagedByDockge: true, composeFileName: "compose.yaml" };
    return { name: "demo", status: 3, tags: [], ...file, endpoint };
}

function ordinary(event: string, endpoint: string): object | undefined {
    const answers: Readonly<Record<string, object>> = {
        getStack: {
            ok: true,
            stack: {
                ...stack(endpoint),
                status: 0,
                composeYAML: "services: {}\n",
                composeENV: "",
                primaryHostname: "played",
            },
        },
        requestStackList: { ok: true, msg: "Updated", msgi18n: true },
        deployStack: { ok: true, msg: "Deployed", msgi18n: true },
        serviceStatusList: { ok: true, serviceStatusList: { web: "running" } },
        terminalJoin: { ok: true, buffer: "" },
    };
    return answers[event];
}
