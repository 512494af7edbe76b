import { createHmac } from "node:crypto";
import { z } from "zod";
import { Deployment } from "../../common/schema/deployment.ts";
import { GitRepository } from "../../common/schema/git-repository.ts";
import { WebhookAnswer } from "../../common/schema/webhook-event.ts";
import type { TestServer } from "./server.ts";

export interface RestAnswer {
    readonly status: number;
    readonly body: unknown;
}

export interface Rest {
    call(method: string, path: string, body?: unknown): Promise<RestAnswer>;
    connect(stack: string, repository: object, buildConfig?: object): Promise<GitRepository>;
    deploy(stack: string, request?: object): Promise<Deployment>;
    deployment(id: string): Promise<Deployment>;
    /** Follows the deployment's log until it has ended; answers the ended deployment. */
    ended(id: string): Promise<Deployment>;
    log(id: string): Promise<string>;
    /** A signed push by the generic provider. */
    push(repository: GitRepository, body: object): Promise<WebhookAnswer & { status: number }>;
    history(stack: string): Promise<readonly Deployment[]>;
}

/** No answer takes so long: what a server begins goes on behind it. */
const mostMilliseconds = 90_000;

/** The server's REST interface, as a program would use it. */
export function createRest(server: Pick<TestServer, "url" | "token">): Rest {
    async function call(method: string, path: string, body?: unknown): Promise<RestAnswer> {
        const response = await fetch(`${server.url}/api/v1${path}`, {
            method,
            signal: AbortSignal.timeout(mostMilliseconds),
            headers: { authorization: `Bearer ${server.token}`, "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
    }

    async function good(method: string, path: string, body?: unknown): Promise<unknown> {
        const answer = await call(method, path, body);
        if (answer.status >= 300) {
            throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
        }
        return answer.body;
    }

    const rest: Rest = {
        call,
        async connect(stack, repository, buildConfig) {
            const connected = GitRepository.parse(await good("PUT", `/stacks/${stack}/repository`, repository));
            if (buildConfig !== undefined) {
                await good("PUT", `/stacks/${stack}/build-config`, buildConfig);
            }
            return connected;
        },
        async deploy(stack, request = {}) {
            const body = await good("POST", `/stacks/${stack}/deployments`, request);
            return z.object({ deployment: Deployment }).parse(body).deployment;
        },
        async deployment(id) {
            return Deployment.parse(await good("GET", `/deployments/${id}`));
        },
        async ended(id) {
            const response = await fetch(`${server.url}/api/v1/deployments/${id}/logs`, {
                headers: { authorization: `Bearer ${server.token}`, accept: "text/event-stream" },
            });
            await response.text();
            return rest.deployment(id);
        },
        async log(id) {
            const response = await fetch(`${server.url}/api/v1/deployments/${id}/logs`, {
                headers: { authorization: `Bearer ${server.token}` },
            });
            return response.text();
        },
        async push(repository, body) {
            const bytes = JSON.stringify(body);
            const signature = createHmac("sha256", repository.webhookSecret ?? "")
                .update(bytes)
                .digest("hex");
            const response = await fetch(`${server.url}/api/webhooks/${repository.id}`, {
                method: "POST",
                headers: { "content-type": "application/json", "x-signature-256": `sha256=${signature}` },
                body: bytes,
            });
            return { status: response.status, ...WebhookAnswer.parse(await response.json()) };
        },
        async history(stack) {
            const body = await good("GET", `/stacks/${stack}/deployments?limit=200`);
            return z.object({ items: z.array(Deployment) }).parse(body).items;
        },
    };
    return rest;
}
