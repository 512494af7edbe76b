import express, { type Request, type Response, type Router } from "express";
import { AppError } from "../../../common/errors.ts";
import { GitProvider } from "../../../common/schema/git-repository.ts";
import type { WebhookAnswer } from "../../../common/schema/webhook-event.ts";
import type { Metrics } from "../core/metrics.ts";
import type { WebhookHeaders } from "../core/webhook-event.ts";
import type { ReceiveRegistryPush } from "../core/registry-push.ts";
import { type ReceiveWebhook, unknownHook, type WebhookDelivery, type WebhookReply } from "../core/webhook-receiver.ts";
import { addressOf } from "./admit.ts";
import { type BodyRoom, type BodyRoomLimits, createBodyRoom } from "./body-room.ts";
import { readRawBody, type BodyLimits, type RawBody } from "./read-raw-body.ts";
import type { ReportError } from "./send-error.ts";

export interface WebhookRouterOptions {
    /** Whether there is a webhook of this id: of an unknown one the body is not kept. */
    readonly hasHook: (id: string) => Promise<boolean>;
    readonly receiveWebhook: ReceiveWebhook;
    readonly receiveRegistryPush: ReceiveRegistryPush;
    /** Gets every error that is a bug. */
    readonly report: ReportError;
    /** Counts the verdicts. */
    readonly metrics?: Pick<Metrics, "webhookAnswered">;
    /** Default: 25 MB within 30 s. */
    readonly limits?: BodyLimits;
    /** For the bodies of all requests at the same time; default: 100 MB, of which no body's first 64 KB are counted. */
    readonly roomLimits?: BodyRoomLimits;
}

type Route = WebhookRouterOptions & { readonly limits: BodyLimits; readonly room: BodyRoom };

const defaultLimits: BodyLimits = { maxBytes: 25 * 1024 * 1024, timeoutMs: 30_000 };
const defaultRoom: BodyRoomLimits = { maxBytes: 4 * defaultLimits.maxBytes, freeBytes: 64 * 1024 };
const retryAfterSeconds = 30;

/** `POST /api/webhooks/<id>`, `…/<provider>/<id>` and `…/registry/<id>`. Mount it at the root, before any body parser. */
export function createWebhookRouter(given: WebhookRouterOptions): Router {
    const room = createBodyRoom(given.roomLimits ?? defaultRoom);
    const options: Route = { limits: defaultLimits, ...given, room };
    const router = express.Router();
    router.post("/api/webhooks/:provider/:id", (request, response) => {
        const { provider: name, id } = request.params;
        if (name === "registry") {
            const { token } = request.query;
            const given = typeof token === "string" ? { id, token } : { id };
            return answer(options, request, response, options.receiveRegistryPush, given);
        }
        const provider = GitProvider.safeParse(name);
        if (!provider.success) {
            send(response, refuse(404, `"${name}" is no provider; copy the address from the stack's page`));
            return undefined;
        }
        return answer(options, request, response, options.receiveWebhook, { id, providerInPath: provider.data });
    });
    router.post("/api/webhooks/:id", (request, response) =>
        answer(options, request, response, options.receiveWebhook, { id: request.params.id }),
    );
    router.all(["/api/webhooks/:id", "/api/webhooks/:provider/:id"], (_request, response) => {
        response.set("Allow", "POST");
        send(response, refuse(405, "This is the address of a webhook; git servers send POST requests to it."));
    });
    return router;
}

type Target = Pick<WebhookDelivery, "id" | "providerInPath">;

async function answer<T extends Target>(
    options: Route,
    request: Request,
    response: Response,
    receive: (delivery: T & WebhookDelivery) => Promise<WebhookReply>,
    target: T,
): Promise<void> {
    try {
        if (!(await options.hasHook(target.id))) {
            send(response, refuse(404, unknownHook));
            return;
        }
        await answerBody(options, request, response, async (body) => {
            const reply = await receive({ ...target, headers: headersOf(request), body, address: addressOf(request) });
            options.metrics?.webhookAnswered(reply.answer.verdict);
            return reply;
        });
    } catch (error) {
        send(response, replyTo(error, options.report));
    }
}

/** The body's room is given back once it is answered. */
async function answerBody(
    { limits, room }: Route,
    request: Request,
    response: Response,
    replyWith: (body: Uint8Array) => Promise<WebhookReply>,
): Promise<void> {
    const body = await readRawBody(request, limits, room);
    if ("problem" in body) {
        sendProblem(response, body.problem);
        return;
    }
    try {
        send(response, await replyWith(body.bytes));
    } finally {
        body.leave();
    }
}

function send(response: Response, { status, answer: body, retryAfterSeconds: seconds }: WebhookReply): void {
    if (seconds !== undefined) {
        response.set("Retry-After", String(seconds));
    }
    // Nobody asks for a part of an answer, or whether it changed: Express would work that out for every one.
    const text = JSON.stringify(body);
    response.writeHead(status, {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": Buffer.byteLength(text),
    });
    response.end(text);
}

type Problem = Extract<RawBody, { problem: unknown }>["problem"];

const problems: Readonly<Record<Problem, readonly [status: number, reason: string, retryAfterSeconds?: number]>> = {
    too_large: [413, "The body is larger than 25 MB."],
    too_slow: [408, "The body did not arrive in time; send it again."],
    no_room: [503, "Too many large bodies come at once; send it again.", retryAfterSeconds],
    broken_off: [400, "The body ended early; send it again."],
};

function sendProblem(response: Response, problem: Problem): void {
    const [status, reason, retry] = problems[problem];
    if (problem === "too_slow") {
        // Whoever sends too slowly is not waited for any longer; a large body is read to its end and thrown away,
        // because most senders look at the answer only then.
        response.set("Connection", "close");
    }
    send(response, refuse(status, reason, retry));
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
