import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { Server, type Socket } from "socket.io";
import type { Deployment } from "../../common/schema/deployment.ts";
import type { LogLine } from "../../common/schema/log-line.ts";
import * as fixtures from "./page-fixtures.ts";

export interface PageServer {
    readonly url: string;
    /** Drops every connection, as a restart would; browsers come back by themselves. */
    dropConnections(): void;
    /** Adds lines to the running deployment's log. */
    writeLog(count: number): void;
    close(): Promise<void>;
}

export interface PageServerOptions {
    readonly scenario?: "usual" | "setup" | "empty" | "engine-away";
    readonly port?: number;
    /** The built page. */
    readonly directory?: string;
}

type Ack = (answer: object) => void;
type Answers = Record<string, (args: readonly unknown[]) => object>;

const token = `x.${Buffer.from(JSON.stringify({ username: "admin" })).toString("base64url")}.x`;

/** Serves the built page, and answers its events out of made-up data. */
export async function startPageServer(options: PageServerOptions = {}): Promise<PageServer> {
    const scenario = options.scenario ?? "usual";
    const directory = options.directory ?? "frontend-dist";
    const log: LogLine[] = Array.from({ length: 2600 }, (_, index) => fixtures.logLine(index + 1));
    const http = createServer((request, response) => void serve(directory, request, response));
    const io = new Server(http);

    io.on("connection", (socket) => {
        socket.emit("info", { primaryHostname: "" });
        answerDirect(socket, scenario);
        const answers = agentAnswers(log);
        socket.on("agent", (_endpoint: string, event: string, ...args: unknown[]) => {
            const ack = args.at(-1);
            if (isAck(ack)) {
                const answer = answers[event];
                ack(answer === undefined ? { ok: false, msg: `unknown event ${event}` } : answer(args.slice(0, -1)));
            }
        });
    });

    await new Promise<void>((resolve) => http.listen(options.port ?? 0, "127.0.0.1", resolve));
    return {
        url: `http://127.0.0.1:${portOf(http.address())}`,
        dropConnections: () => io.disconnectSockets(true),
        writeLog(count) {
            const lines = Array.from({ length: count }, (_, index) => fixtures.logLine(log.length + index + 1));
            log.push(...lines);
            io.emit("agent", "buildLogUpdate", { deploymentId: "running1", lines });
        },
        close: () => io.close(),
    };
}

function isAck(value: unknown): value is Ack {
    return typeof value === "function";
}

function portOf(address: string | AddressInfo | null): number {
    if (address === null || typeof address === "string") {
        throw new Error("The page server listens on no port");
    }
    return address.port;
}

function answerDirect(socket: Socket, scenario: string): void {
    const needSetup = scenario === "setup";
    socket.on("needSetup", (ack: Ack) => ack({ ok: true, needSetup, codeRequired: needSetup }));
    socket.on("logout", (ack: Ack) => ack({ ok: true }));
    socket.on("login", ({ password }: { password: string }, ack: Ack) => {
        if (password === "wrong") {
            ack({ ok: false, msg: "authIncorrectCreds", msgi18n: true });
            return;
        }
        ack({ ok: true, token });
        enter(socket, scenario);
    });
    socket.on("loginByToken", (_token: string, ack: Ack) => {
        ack({ ok: true });
        enter(socket, scenario);
    });
}

function enter(socket: Socket, scenario: string): void {
    const engine =
        scenario === "engine-away"
            ? { available: false, message: "connect ENOENT /var/run/docker.sock" }
            : { available: true, version: "28.0.0" };
    socket.emit("info", { version: "1.5.0", primaryHostname: "", engine });
    socket.emit("agent", "stackList", { ok: true, stackList: scenario === "empty" ? {} : stacks, endpoint: "" });
}

const stacks = {
    shop: fixtures.stackSummary("shop", 3, { deploymentStatus: "building" }),
    blog: fixtures.stackSummary("blog", 3, { deploymentStatus: "successful" }),
    "metrics-and-alerting-with-a-long-name": fixtures.stackSummary("metrics-and-alerting-with-a-long-name", 4, {
        deploymentStatus: "failed",
    }),
    plain: fixtures.stackSummary("plain", 1),
    Upper: fixtures.stackSummary("Upper", 1, {
        unmanageable: "Compose refuses upper case letters: rename the folder.",
    }),
};

function agentAnswers(log: readonly LogLine[]): Answers {
    const ok = { ok: true };
    const hasRepository = (stack: unknown): boolean => stack === "shop";
    return {
        getStack: ([name]) => ({ ...ok, stack: stackDetails(String(name)) }),
        serviceStatusList: ([name]) => ({
            ...ok,
            serviceStatusList: name === "plain" ? {} : { web: "healthy", db: [{ status: "running", name: "db-1" }] },
        }),
        terminalJoin: ([name]) => ({
            ...ok,
            buffer: String(name).startsWith("combined") ? "\u001b[36mweb-1\u001b[0m  | listening on port 80\r\n" : "",
        }),
        terminalResize: () => ok,
        getGitRepository: ([stack]) => ({ ...ok, repository: hasRepository(stack) ? fixtures.repository : null }),
        saveGitRepository: ([stack]) => ({
            ...ok,
            repository: { ...fixtures.repository, stackId: stack, webhookSecret: "9vN2xK4qT7bW1mZr" },
        }),
        deleteGitRepository: () => ok,
        testGitConnection: () => ({
            ...ok,
            branches: ["main", "develop", "feature/x"],
            defaultBranch: "main",
            composePaths: ["compose.yaml", "deploy/compose.yaml"],
        }),
        getBuildConfig: ([stack]) => ({ ...ok, buildConfig: hasRepository(stack) ? fixtures.buildConfig : null }),
        saveBuildConfig: () => ({ ...ok, buildConfig: fixtures.buildConfig }),
        getWebhookSecret: () => ({ ...ok, webhookSecret: "9vN2xK4qT7bW1mZr" }),
        getDeploymentHistory: ([stack]) => ({
            ...ok,
            deployments: hasRepository(stack) ? fixtures.deployments : [],
            nextCursor: null,
        }),
        getDeploymentDetails: ([id]) => ({ ...ok, deployment: findDeployment(String(id)) }),
        triggerBuild: () => ({ ...ok, deployment: findDeployment("running1") }),
        rollbackDeployment: () => ({ ...ok, deployment: findDeployment("rollback1") }),
        cancelBuild: () => ({ ok: false, msg: "The deployment has ended already.", code: "conflict" }),
        getWebhookEvents: () => ({ ...ok, events: fixtures.webhookEvents, nextCursor: null }),
        redeliverWebhookEvent: () => ({ ...ok, event: fixtures.webhookEvents[1] }),
        subscribeBuildLog: ([, range]) => logAnswer(log, range),
        unsubscribeBuildLog: () => ok,
        startStack: () => ({ ...ok, msg: "Started", msgi18n: true }),
        restartStack: () => ({ ...ok, msg: "Restarted", msgi18n: true }),
    };
}

function findDeployment(id: string): Deployment | undefined {
    return fixtures.deployments.find((deployment) => deployment.id === id);
}

function stackDetails(name: string): object {
    const known = new Map<string, object>(Object.entries(stacks));
    return {
        ...(known.get(name) ?? fixtures.stackSummary(name, 0)),
        composeYAML: fixtures.composeYaml,
        composeENV: "# read by compose\nLOG_LEVEL=info\n",
        primaryHostname: "",
    };
}

function logAnswer(log: readonly LogLine[], range: unknown): object {
    const {
        afterSeq,
        beforeSeq,
        limit = 2000,
    }: { afterSeq?: number; beforeSeq?: number; limit?: number } = typeof range === "object" && range !== null
        ? range
        : {};
    const before = log.filter(({ seq }) => seq < (beforeSeq ?? Infinity));
    const lines =
        afterSeq === undefined ? before.slice(-limit) : log.filter(({ seq }) => seq > afterSeq).slice(0, limit);
    return { ok: true, lines, firstSeq: 1, lastSeq: log.length };
}

const types: Readonly<Record<string, string>> = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
};

async function serve(directory: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/api/v1/stacks") {
        const items = fixtures.deployments
            .slice(0, 1)
            .map((latestDeployment) => ({ name: "shop", status: 3, latestDeployment }));
        response.setHeader("content-type", "application/json").end(JSON.stringify({ items, nextCursor: null }));
        return;
    }
    const file = extname(path) === "" ? "/index.html" : normalize(path);
    try {
        const content = await readFile(join(directory, file));
        response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream").end(content);
    } catch {
        response.writeHead(404).end();
    }
}
