import { lookup } from "node:dns/promises";
import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";
import { whyHostRefused } from "../../core/git-address-rules.ts";
import { hookFailure } from "./failure.ts";

export interface ApiCall {
    readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: object | undefined;
    readonly allowPrivateHost: boolean;
    readonly signal: AbortSignal;
}

export interface ApiAnswer {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    /** Undefined where there is none; a text where it is no JSON. */
    readonly body: unknown;
}

/** One request to a provider's API. Throws `hook_unreachable` and `hook_unexpected`; any status is an answer. */
export type SendApiCall = (call: ApiCall) => Promise<ApiAnswer>;

export interface SendOptions {
    /** Private addresses are allowed for everyone. */
    readonly allowPrivateHosts: boolean;
    /** Of one request, from looking up the name to the last byte; default 10 s. */
    readonly timeoutMs?: number | undefined;
    /** How a name is looked up; default: as this machine does. */
    readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined;
}

const largestAnswer = 2 * 1024 * 1024;

/**
 * Talks HTTP(S) to the addresses that were checked and to no others: what the host's name means is asked once. TLS is
 * verified, redirects are not followed, the answer is bounded.
 */
export function createSend({ allowPrivateHosts, timeoutMs = 10_000, resolve = resolveHost }: SendOptions): SendApiCall {
    return async function send(call) {
        const timeout = AbortSignal.timeout(timeoutMs);
        const signal = AbortSignal.any([call.signal, timeout]);
        const policy = { allowPrivateHost: allowPrivateHosts || call.allowPrivateHost };
        try {
            const addresses = await abortable(checkedAddresses(call.url, policy, resolve), signal);
            return await exchange(call, addresses, signal);
        } catch (error) {
            if (timeout.aborted) {
                throw hookFailure(
                    "hook_unreachable",
                    `${call.url.host} did not answer within ${timeoutMs / 1000} s; try again`,
                    error,
                );
            }
            call.signal.throwIfAborted();
            throw isOurs(error) ? error : unreachable(call.url, error);
        }
    };
}

async function resolveHost(host: string): Promise<readonly string[]> {
    return (await lookup(host, { all: true })).map(({ address }) => address);
}

async function checkedAddresses(
    { hostname }: URL,
    policy: { readonly allowPrivateHost: boolean },
    resolve: (host: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
    refuse(hostname, whyHostRefused(hostname, policy));
    if (hostname.startsWith("[") || /^[\d.]+$/.test(hostname)) {
        return [hostname.replace(/^\[|\]$/g, "")];
    }
    const addresses = (await resolve(hostname)).map((address) => address.replace(/%.*$/, ""));
    for (const address of addresses) {
        refuse(hostname, whyHostRefused(address.includes(":") ? `[${address}]` : address, policy));
    }
    return addresses;
}

function refuse(host: string, reason: string | undefined): void {
    if (reason !== undefined) {
        throw hookFailure("hook_unreachable", `${host}: ${reason}`);
    }
}

async function exchange(call: ApiCall, addresses: readonly string[], signal: AbortSignal): Promise<ApiAnswer> {
    const text = call.body === undefined ? undefined : JSON.stringify(call.body);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const request = (call.url.protocol === "https:" ? requestHttps : requestHttp)(call.url, {
            method: call.method,
            agent: false,
            rejectUnauthorized: true,
            lookup: pinnedTo(addresses),
            signal,
            headers: {
                accept: "application/json",
                "user-agent": "dockge-cicd",
                ...call.headers,
                ...(text !== undefined && {
                    "content-type": "application/json",
                    "content-length": String(Buffer.byteLength(text)),
                }),
            },
        });
        request.once("response", resolve).once("error", reject).end(text);
    });
    const body = parse(await readText(response, call.url));
    return { status: response.statusCode ?? 0, headers: response.headers, body };
}

/** Gives the connection the addresses that were checked, whatever the name means by now. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
    const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    return (host, options, callback) => {
        const [first] = found;
        if (first === undefined) {
            callback(Object.assign(new Error(`${host} has no address`), { code: "ENOTFOUND" }), "");
            return;
        }
        if (options.all === true) {
            callback(null, found);
            return;
        }
        callback(null, first.address, first.family);
    };
}

async function readText(response: IncomingMessage, url: URL): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response) {
        const bytes: unknown = chunk;
        if (!(bytes instanceof Buffer)) {
            continue;
        }
        size += bytes.length;
        if (size > largestAnswer) {
            response.destroy();
            throw hookFailure("hook_unexpected", `${url.host} answered with more than 2 MiB; is this its API?`);
        }
        chunks.push(bytes);
    }
    return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
    if (text === "") {
        return undefined;
    }
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted", { cause: signal.reason })), { once: true });
        work.then(resolve, reject);
    });
}

function isOurs(error: unknown): boolean {
    return error instanceof Error && error.name === "AppError";
}

const plainReasons: Readonly<Record<string, string>> = {
    ENOTFOUND: "its name is not known; check the address",
    EAI_AGAIN: "its name could not be looked up; try again",
    ECONNREFUSED: "nothing listens there",
    ECONNRESET: "it broke off the connection",
    DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed; give it one that this machine trusts",
    SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not trusted by this machine (NODE_EXTRA_CA_CERTS names more)",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not trusted by this machine (NODE_EXTRA_CA_CERTS names more)",
    CERT_HAS_EXPIRED: "its certificate has expired",
    ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

function unreachable(url: URL, error: unknown) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ERR_INVALID_CHAR") {
        return hookFailure("hook_unauthorized", "token: it holds characters that no token has; copy it again", error);
    }
    const reason = plainReasons[code] ?? "the connection failed";
    return hookFailure("hook_unreachable", `${url.host} cannot be reached: ${reason}`, error);
}
