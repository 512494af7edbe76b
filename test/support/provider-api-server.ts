import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen } from "./listen.ts";
import { dialects, type ApiAccount, type Dialect, type DialectName, type StoredHook } from "./provider-dialects.ts";

export interface ApiRequest {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingMessage["headers"];
}

/** Answers in the place of the provider, and says so by `true`. */
export type Trouble = (request: ApiRequest, response: ServerResponse) => boolean;

export interface ProviderApi {
    /** The hooks of the one repository that it has; a test may put more there. */
    readonly hooks: StoredHook[];
    /** What was wrong with requests: methods, paths, headers and bodies that the provider does not know. */
    readonly complaints: string[];
    /** Method and path with query of every request. */
    readonly requests: string[];
    trouble: Trouble | undefined;
    /** Answers a request below the API's path, and says by `false` that another was meant. */
    answer(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

export interface ProviderApiOptions extends ApiAccount {
    readonly dialect: DialectName;
}

/** A provider's API for one repository: as strict as the provider's documentation. */
export function createProviderApi(options: ProviderApiOptions): ProviderApi {
    const dialect: Dialect = dialects[options.dialect](options);
    const api: ProviderApi = {
        hooks: [],
        complaints: [],
        requests: [],
        trouble: undefined,
        async answer(incoming, response) {
            const request = { method: incoming.method ?? "", path: incoming.url ?? "", headers: incoming.headers };
            if (!request.path.startsWith(dialect.base)) {
                return false;
            }
            api.requests.push(`${request.method} ${request.path}`);
            const text = await readText(incoming);
            if (api.trouble?.(request, response) !== true) {
                const { status, body, headers = {} } = replyTo({ api, dialect, request, text });
                response.writeHead(status, { "content-type": "application/json", ...headers });
                response.end(body === undefined ? undefined : JSON.stringify(body));
            }
            return true;
        },
    };
    return api;
}

interface Reply {
    readonly status: number;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>> | undefined;
}

interface Call {
    readonly api: ProviderApi;
    readonly dialect: Dialect;
    readonly request: ApiRequest;
    readonly text: string;
}

const notFound: Reply = { status: 404, body: { message: "Not Found" } };

function complain({ api }: Call, status: number, message: string): Reply {
    api.complaints.push(message);
    return { status, body: { message } };
}

function replyTo(call: Call): Reply {
    const { api, dialect, request } = call;
    for (const [name, value] of Object.entries(dialect.required)) {
        if (request.headers[name] !== value) {
            complain(call, 400, `the header ${name} is ${String(request.headers[name])}, not ${value}`);
        }
    }
    if (!Object.entries(dialect.login).every(([name, value]) => request.headers[name] === value)) {
        return { status: 401, body: { message: "Bad credentials" } };
    }
    const { pathname, searchParams } = new URL(request.path, "http://api");
    if (pathname === dialect.repository) {
        return { status: 200, body: { id: 1 } };
    }
    if (pathname === dialect.hooks) {
        return replyForAll(call, searchParams);
    }
    const id = pathname.startsWith(`${dialect.hooks}/`)
        ? decodeURIComponent(pathname.slice(dialect.hooks.length + 1))
        : "";
    const hook = api.hooks.find((one) => one.id === id);
    return hook === undefined ? notFound : replyForOne(call, hook);
}

function replyForAll(call: Call, query: URLSearchParams): Reply {
    const { api, dialect, request } = call;
    if (request.method === "GET") {
        const { answer, headers } = dialect.page(api.hooks, query);
        return { status: 200, body: answer, headers };
    }
    if (request.method !== "POST") {
        return complain(call, 405, `${request.method} ${request.path} is not known`);
    }
    const read = readHook(call);
    if ("status" in read) {
        return read;
    }
    const hook = { ...read, id: dialect.newId(api.requests.length) };
    api.hooks.push(hook);
    return { status: 201, body: dialect.show(hook) };
}

function replyForOne(call: Call, known: StoredHook): Reply {
    const { api, dialect, request } = call;
    const place = api.hooks.indexOf(known);
    if (request.method === "DELETE") {
        api.hooks.splice(place, 1);
        return { status: 204 };
    }
    if (request.method !== dialect.changeMethod) {
        return complain(call, 405, `${request.method} ${request.path} is not known`);
    }
    const read = readHook(call);
    if ("status" in read) {
        return read;
    }
    // A provider that takes no new secret keeps the old one.
    const hook = { ...read, id: known.id, secret: dialect.changesSecret ? read.secret : known.secret };
    api.hooks.splice(place, 1, hook);
    return { status: 200, body: dialect.show(hook) };
}

function readHook(call: Call): Omit<StoredHook, "id"> | Reply {
    const { dialect, request, text } = call;
    if (request.headers["content-type"] !== "application/json") {
        return complain(call, 415, `the body is ${String(request.headers["content-type"])}, not application/json`);
    }
    const read = dialect.readBody(JSON.parse(text));
    if (typeof read === "string") {
        return complain(call, 422, read);
    }
    return "refused" in read ? { status: 422, body: { message: read.refused } } : read;
}

/** The same as a server of its own. */
export async function startProviderApi(options: ProviderApiOptions) {
    const api = createProviderApi(options);
    const server = createServer((request, response) => {
        void api.answer(request, response).then((done) => done || response.writeHead(404).end());
    });
    const url = await listen(server);
    const close = async (): Promise<void> => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    };
    return Object.assign(api, { url, close });
}

async function readText(request: IncomingMessage): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) {
        if (chunk instanceof Uint8Array) {
            chunks.push(chunk);
        }
    }
    return Buffer.concat(chunks).toString("utf8");
}
