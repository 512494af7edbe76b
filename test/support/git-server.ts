import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface GitServer {
    /** `http://127.0.0.1:<port>`; a repository at `<root>/app.git` is `<url>/app.git`. */
    readonly url: string;
    /** Method and path of every request so far. */
    readonly requests: readonly string[];
    close(): Promise<void>;
}

/** Answers a request itself and says so by `true`; for redirects and slow answers. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => Promise<boolean> | boolean;

/**
 * Serves the bare repositories below `root` over smart HTTP through `git http-backend`, on the loopback address. With
 * `token` only for those who know it (and, where given, the user name).
 */
export async function startGitServer(options: {
    readonly root: string;
    readonly username?: string;
    readonly token?: string;
    readonly intercept?: Intercept;
    /** Where it listens; any free port where it is left out. */
    readonly port?: number;
}): Promise<GitServer> {
    const requests: string[] = [];
    const server = createServer((request, response) => {
        requests.push(`${request.method ?? ""} ${request.url ?? ""}`);
        void answer(request, response).catch((error: unknown) =>
            response.destroy(error instanceof Error ? error : undefined),
        );
    });

    async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        if (!isAllowed(request, options)) {
            response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end();
        } else if (options.intercept === undefined || !(await options.intercept(request, response))) {
            runBackend(options.root, request, response);
        }
    }

    await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return {
        url: `http://127.0.0.1:${port}`,
        requests,
        close: () =>
            new Promise((resolve) => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
}

function isAllowed(request: IncomingMessage, { username, token }: { username?: string; token?: string }): boolean {
    if (token === undefined) {
        return true;
    }
    const encoded = /^Basic (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const [user = "", ...password] = Buffer.from(encoded, "base64").toString("utf8").split(":");
    return password.join(":") === token && (username === undefined || user === username);
}

function runBackend(root: string, request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://git");
    const backend = spawn("git", ["http-backend"], {
        env: {
            PATH: process.env["PATH"] ?? "",
            GIT_PROJECT_ROOT: root,
            GIT_HTTP_EXPORT_ALL: "1",
            GIT_CONFIG_GLOBAL: "/dev/null",
            GIT_CONFIG_NOSYSTEM: "1",
            PATH_INFO: decodeURIComponent(url.pathname),
            QUERY_STRING: url.search.slice(1),
            REQUEST_METHOD: request.method ?? "GET",
            CONTENT_TYPE: request.headers["content-type"] ?? "",
            HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
            GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
            REMOTE_USER: "git",
            REMOTE_ADDR: "127.0.0.1",
        },
        stdio: ["pipe", "pipe", "ignore"],
    });
    request.pipe(backend.stdin);
    backend.stdin.on("error", () => undefined);
    response.once("close", () => backend.kill());
    let head: Buffer = Buffer.alloc(0);
    backend.stdout.on("data", (chunk: Buffer) => {
        if (response.headersSent) {
            response.write(chunk);
            return;
        }
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf("\r\n\r\n");
        if (end !== -1) {
            writeHead(response, head.subarray(0, end).toString("latin1"));
            response.write(head.subarray(end + 4));
        }
    });
    backend.stdout.once("end", () => response.end());
}

/** The head that a CGI program writes: header lines, the status among them. */
function writeHead(response: ServerResponse, text: string): void {
    const headers = text.split("\r\n").map((line) => line.split(/:\s*/, 2));
    const status = headers.find(([name]) => name?.toLowerCase() === "status")?.[1] ?? "200";
    response.writeHead(
        Number.parseInt(status, 10),
        Object.fromEntries(headers.filter(([name]) => name?.toLowerCase() !== "status")) as Record<string, string>,
    );
}
