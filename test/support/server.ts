import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const admin = { username: "admin", password: "correct-horse-1" };

export interface TestServer {
    readonly url: string;
    readonly dataDirectory: string;
    readonly stacksDirectory: string;
    readonly token: string;
    /** Everything the server has printed. */
    readonly output: () => string;
    readonly processId: () => number;
    /** SIGKILL, as a power cut would. */
    kill(): Promise<void>;
    /** Starts again on the same folders and port. */
    start(): Promise<void>;
    /** Ends it and removes its folders. */
    stop(): Promise<void>;
}

/** The built server (`npm run build`) as a process of its own, on throw-away folders and a free port. */
export async function startServer(environment: Readonly<Record<string, string>> = {}): Promise<TestServer> {
    const root = await mkdtemp(join(tmpdir(), "cicd-server-"));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const dataDirectory = join(root, "data");
    const stacksDirectory = join(root, "stacks");
    let output = "";
    let child: ChildProcess | undefined;
    let token = "";

    async function start(): Promise<void> {
        const program = join(import.meta.dirname, "../../dist/dockge-cicd.js");
        const started = spawn(process.execPath, [program, "serve"], {
            cwd: root,
            env: {
                ...process.env,
                DOCKGE_PORT: String(port),
                DOCKGE_HOSTNAME: "127.0.0.1",
                DOCKGE_DATA_DIR: dataDirectory,
                DOCKGE_STACKS_DIR: stacksDirectory,
                CICD_ADMIN_USERNAME: admin.username,
                CICD_ADMIN_PASSWORD: admin.password,
                CICD_ALLOW_FILE_GIT: "true",
                CICD_ALLOW_PRIVATE_GIT_HOSTS: "true",
                CICD_STABILITY_SECONDS: "0",
                ...environment,
            },
            stdio: ["ignore", "pipe", "pipe"],
        });
        child = started;
        for (const stream of [started.stdout, started.stderr]) {
            createInterface({ input: stream }).on("line", (line) => (output += `${line}\n`));
        }
        await untilAnswers(`${url}/healthz`, started, () => output);
        // Without a first user the page's set-up makes one.
        token = environment["CICD_ADMIN_USERNAME"] === "" ? "" : await logIn(url);
    }

    async function kill(): Promise<void> {
        if (child !== undefined && child.exitCode === null && child.signalCode === null) {
            const gone = once(child, "exit");
            child.kill("SIGKILL");
            await gone;
        }
    }

    async function stop(): Promise<void> {
        if (child !== undefined && child.exitCode === null && child.signalCode === null) {
            const gone = once(child, "exit");
            child.kill("SIGTERM");
            const timer = setTimeout(() => child?.kill("SIGKILL"), 15_000);
            await gone;
            clearTimeout(timer);
        }
        await rm(root, { recursive: true, force: true });
    }

    await start();
    return {
        url,
        dataDirectory,
        stacksDirectory,
        get token() {
            return token;
        },
        output: () => output,
        processId: () => child?.pid ?? 0,
        kill,
        start,
        stop,
    };
}

async function untilAnswers(url: string, child: ChildProcess, output: () => string): Promise<void> {
    const end = Date.now() + 30_000;
    for (;;) {
        const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
        if (answer?.ok === true) {
            return;
        }
        if (child.exitCode !== null || Date.now() > end) {
            throw new Error(`The server did not start:\n${output()}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

/** A token of the first user. */
export async function logIn(url: string): Promise<string> {
    const response = await fetch(`${url}/api/v1/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(admin),
    });
    const body: unknown = await response.json();
    if (typeof body !== "object" || body === null || !("token" in body) || typeof body.token !== "string") {
        throw new Error(`Login failed: ${JSON.stringify(body)}`);
    }
    return body.token;
}

export async function freePort(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    server.close();
    await once(server, "close");
    if (address === null || typeof address === "string") {
        throw new Error("no port");
    }
    return address.port;
}
