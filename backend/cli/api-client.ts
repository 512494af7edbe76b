import { z } from "zod";
import { AppError } from "../../common/errors.ts";
import type { CliPorts } from "./cli-ports.ts";
import { UsageError, type CommandLine } from "./command.ts";

/** The flag of every command that talks to a running server. The token comes from the environment, never from a flag. */
export const urlFlag = {
    url: {
        type: "string",
        help: "The server (CICD_URL, http://localhost:5001); the token: CICD_TOKEN or CICD_TOKEN_FILE",
    },
} as const;

export interface ApiClient {
    /** Calls the REST interface and answers its JSON. Throws AppError with the server's own message. */
    call(method: "GET" | "POST", path: string, body?: object): Promise<unknown>;
    /** Opens a stream of events, resumed after an id. */
    stream(path: string, lastEventId: string): Promise<AsyncIterable<Uint8Array>>;
}

const ErrorBody = z.object({ error: z.object({ message: z.string() }) });

/** A client of the server that flags and environment name. Throws UsageError where the token is missing. */
export async function connectApi(line: CommandLine, ports: CliPorts): Promise<ApiClient> {
    const base = baseOf(line.text("url") ?? ports.environment["CICD_URL"] ?? "http://localhost:5001");
    const authorization = `Bearer ${await readToken(ports)}`;

    async function request(path: string, init: RequestInit): Promise<Response> {
        const response = await ports.fetch(`${base}/api/v1${path}`, init).catch((error: unknown) => {
            throw new AppError("unavailable", `${base} does not answer; check --url and that the server runs`, {
                cause: error,
            });
        });
        if (!response.ok) {
            throw await refusal(response);
        }
        return response;
    }

    return {
        async call(method, path, body) {
            const headers = { authorization, "content-type": "application/json" };
            const response = await request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
            return response.json();
        },
        async stream(path, lastEventId) {
            const headers = { authorization, accept: "text/event-stream", "last-event-id": lastEventId };
            const { body } = await request(path, { headers });
            return body ?? neverAny();
        },
    };
}

function baseOf(url: string): string {
    if (!URL.canParse(url)) {
        throw new UsageError(`--url: "${url}" is not an address; give one such as http://localhost:5001`);
    }
    return url.replace(/\/+$/, "");
}

async function readToken({ environment, readFile }: CliPorts): Promise<string> {
    const file = environment["CICD_TOKEN_FILE"];
    const token = environment["CICD_TOKEN"] || (file === undefined ? undefined : await readFile(file));
    if (token === undefined || token.trim() === "") {
        throw new UsageError("CICD_TOKEN: is missing; make one with: dockge-cicd token create <name> --scope deploy");
    }
    return token.trim();
}

async function refusal(response: Response): Promise<AppError> {
    const body: unknown = await response.json().catch(() => undefined);
    const message = ErrorBody.safeParse(body).data?.error.message ?? `The server answered ${response.status}.`;
    return new AppError(response.status >= 500 ? "unavailable" : "invalid", message);
}

async function* neverAny(): AsyncGenerator<Uint8Array, void> {
    yield* [];
}
