import express, { type ErrorRequestHandler, type Request, type Response, type Router } from "express";
import { AppError } from "../../../common/errors.ts";
import type { Host } from "../core/host.ts";
import type { CicdServices } from "../services/cicd-services.ts";
import { addressOf, admit, isStillAdmitted, type AdmitPorts } from "./admit.ts";
import { perMinute } from "./rate-limit.ts";
import { readJson } from "./read-json.ts";
import type { Route, RouteAnswer } from "./route.ts";
import { routes } from "./routes.ts";
import { sendError, type ReportError } from "./send-error.ts";

export interface RouterOptions {
    readonly services: CicdServices;
    readonly host: Pick<Host, "authenticate">;
    readonly version: string;
    /** Gets every error that is a bug. */
    readonly report: ReportError;
    /** A minute, for one caller; default 1200. */
    readonly callsPerMinute?: number;
    /** How often it is looked whether the caller of a stream may still read it; default 15 s. */
    readonly recheckMilliseconds?: number;
}

/** REST: the table of routes below `/api/v1`, and its description. Mount it at the root. */
export function createRestRouter(options: RouterOptions): Router {
    const admission: AdmitPorts = {
        authenticate: (bearer) => options.host.authenticate(bearer),
        callerLimit: perMinute(options.callsPerMinute ?? 1200),
        addressLimit: perMinute(options.callsPerMinute ?? 1200),
    };
    const api = express.Router();
    for (const route of routes) {
        api[route.method](route.path.replace(/\{(\w+)\}/g, ":$1"), (request, response) =>
            serve({ ...options, admission }, route, request, response),
        );
    }
    api.get("/openapi.json", async (request, response) => {
        await admission.addressLimit(addressOf(request));
        const { describeRoutes } = await import("./openapi.ts");
        response.json(await describeRoutes(routes, options.version));
    });
    api.use((request: Request) => {
        throw new AppError(
            "not_found",
            `${request.method} ${request.baseUrl}${request.path}: no such call; see /api/v1/openapi.json`,
        );
    });
    const answerError: ErrorRequestHandler = (error: unknown, _request, response, _next) =>
        sendError(response, error, options.report);
    api.use(answerError);
    return express.Router().use("/api/v1", api);
}

interface ServeOptions extends RouterOptions {
    readonly admission: AdmitPorts;
}

/** Authenticate, authorise, limit; validate; call; answer. Throws what `sendError` answers. */
async function serve(options: ServeOptions, route: Route, request: Request, response: Response): Promise<void> {
    const signal = signalOf(response);
    const caller = await admit(options.admission, route.right, request);
    const takesBody = "body" in route.request.shape;
    const raw = {
        params: request.params,
        query: request.query,
        body: takesBody ? await readJson(request, response) : undefined,
    };
    const from = { address: addressOf(request), userAgent: request.get("User-Agent") ?? "" };
    const answer = await route.run(raw, { services: options.services, caller, ...from, signal });
    const stopWatching = watchCaller(options, route, request, response);
    try {
        await send(answer, request, response, signal);
    } finally {
        stopWatching();
    }
}

/** A stream may outlive its caller's token: it is cut then. */
function watchCaller(
    { admission, recheckMilliseconds = 15_000, report }: ServeOptions,
    { right }: Route,
    request: Request,
    response: Response,
): () => void {
    const timer = setInterval(() => {
        isStillAdmitted(admission, right, request).then((isAdmitted) => {
            if (!isAdmitted) {
                response.destroy();
            }
        }, report);
    }, recheckMilliseconds);
    return () => clearInterval(timer);
}

async function send(answer: RouteAnswer, request: Request, response: Response, signal: AbortSignal): Promise<void> {
    if (!("send" in answer)) {
        response.status(answer.status).set("Cache-Control", "no-store").json(answer.body);
        return;
    }
    try {
        await answer.send(request, response);
    } catch (error) {
        if (!signal.aborted) {
            throw error;
        }
    }
}

/** Aborts when the client goes away before it has its answer. */
function signalOf(response: Response): AbortSignal {
    const controller = new AbortController();
    response.once("close", () => {
        if (!response.writableFinished) {
            controller.abort();
        }
    });
    return controller.signal;
}
