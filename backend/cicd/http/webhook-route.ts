import express, { type Request, type Response, type Router } from "express";
import { AppError } from "../../../common/errors.ts";
import { GitProvider } from "../../../common/schema/git-repository.ts";
import type { WebhookAnswer } from "../../../common/schema/webhook-event.ts";
import type { Metrics } from "../core/metrics.ts";
import type { WebhookHeaders } from "../core/webhook-event.ts";
import type { ReceiveRegistryPush } from "../core/registry-push.ts";
import type { ReceiveWebhook, WebhookDelivery, WebhookReply } from "../core/webhook-receiver.ts";
import { addressOf } from "./admit.ts";
import { readRawBody, type BodyLimits, type RawBody } from "./read-raw-body.ts";
import type { ReportError } from "./send-error.ts";

export interface WebhookRouterOptions {
    readonly receiveWebhook: ReceiveWebhook;
    readonly receiveRegistryPush: ReceiveRegistryPush;
    /** Gets every error that is a bug. */
    readonly report: ReportError;
    /** Counts the verdicts. */
    readonly metrics?: Pick<Metrics, "webhookAnswered">;
    /** Default: 25 MB within 30 s. */
    readonly limits?: BodyLimits;
}

const defaultLimits: BodyLimits = { maxBytes: 25 * 1024 * 1024, timeoutMs: 30_000 };
const retryAfterSeconds = 30;

/** `POST /api/webhooks/<id>`, `…/<provider>/<id>` and `…/registry/<id>`. Mount it at the root, before any body parser. */
export function createWebhookRouter(options: WebhookRouterOptions): Router {
    const router = express.Router();
    router.post("/api/webhooks/:id", (request, response) =>
        answer(options, request, response, options.receiveWebhook, { id: request.params.id }),
    );
    router.post("/api/webhooks/registry/:id", (request, response) => {
        const { token } = request.query;
        const given = typeof token === "string" ? { token } : {};
        return answer(options, request, response, options.receiveRegistryPush, { id: request.params.id, ...given });
    });
    router.post("/api/webhooks/:provider/:id", async (request, response) => {
        const provider = GitProvider.safeParse(request.params.provider);
        if (!provider.success) {
            send(
                response,
                refuse(404, `"${request.params.provider}" is no provider; copy the address from the stack's page`),
            );
            return;
        }
        const target = { id: request.params.id, providerInPath: provider.data };
        await answer(options, request, response, options.receiveWebhook, target);
    });
    router.all(["/api/webhooks/:id", "/api/webhooks/:provider/:id"], (_request, response) => {
        response.set("Allow", "POST");
        send(response, refuse(405, "This is the address of a webhook; git servers send POST requests to it."));
    });
    return router;
}

async function answer<Target extends Pick<WebhookDelivery, "id" | "providerInPath">>(
    options: WebhookRouterOptions,
    request: Request,
    response: Response,
    receive: (delivery: Target & WebhookDelivery) => Promise<WebhookReply>,
    target: Target,
): Promise<void> {
    const body = await readRawBody(request, options.limits ?? defaultLimits);
    if ("problem" in body) {
        sendProblem(response, body.problem);
        return;
    }
    const delivery = { ...target, headers: headersOf(request), body: body.bytes, address: addressOf(request) };
    try {
        const reply = await receive(delivery);
        options.metrics?.webhookAnswered(reply.answer.verdict);
        send(response, reply);
    } catch (error) {
        send(response, replyTo(error, options.report));
    }
}

function send(response: Response, { status, answer: body, retryAfterSeconds: seconds }: WebhookReply): void {
    if (seconds !== undefined) {
        response.set("Retry-After", String(seconds));
    }
    // Nobody asks for a part of an answer, or whether it changed: Express would work that out for every one.
    const text = Buffer.from(JSON.stringify(body));
    response.writeHead(status, { "Content-Type": "application/json; charset=utf-8", "Content-Length": text.length });
    response.end(text);
}

type Problem = Extract<RawBody, { problem: unknown }>["problem"];

const problems: Readonly<Record<Problem, readonly [number, string]>> = {
    too_large: [413, "The body is larger than 25 MB."],
    too_slow: [408, "The body did not arrive in time; send it again."],
    broken_off: [400, "The body ended early; send it again."],
};

function sendProblem(response: Response, problem: Problem): void {
    const [status, reason] = problems[problem];
    if (problem === "too_slow") {
        // Whoever sends too slowly is not waited for any longer; a large body is read to its end and thrown away,
        // because most senders look at the answer only then.
        response.set("Connection", "close");
    }
    send(response, refuse(status, reason));
}

function refuse(status: number, reason: string, retry?: number): WebhookReply {
    const body: WebhookAnswer = { ok: false, verdict: "rejected", reason };
    return { status, answer: body, retryAfterSeconds: retry };
}

function replyTo(error: unknown, report: ReportError): WebhookReply {
    if (error instanceof AppError && error.code === "unavailable") {
        return refuse(503, error.message, retryAfterSeconds);
    }
    report(error);
    return refuse(500, "Internal error. The server's log tells more.", retryAfterSeconds);
}

function headersOf(request: Request): WebhookHeaders {
    return Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
    );
}
