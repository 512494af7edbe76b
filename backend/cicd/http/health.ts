import express, { type ErrorRequestHandler, type Router } from "express";
import { errorMessage } from "../../../common/errors.ts";
import type { DiskPlace } from "../../../common/schema/disk.ts";
import type { Engine } from "../core/engine.ts";
import type { Host } from "../core/host.ts";
import type { Metrics } from "../core/metrics.ts";
import { admit, type AdmitPorts } from "./admit.ts";
import { perMinute } from "./rate-limit.ts";
import { sendError, type ReportError } from "./send-error.ts";

export interface HealthOptions {
    readonly engine: Pick<Engine, "ping">;
    readonly host: Pick<Host, "authenticate">;
    readonly metrics: Pick<Metrics, "render">;
    /** Whether `/metrics` needs no token. */
    readonly metricsPublic: boolean;
    readonly version: string;
    /** What of this machine's places is nearly full. */
    readonly lowPlaces?: (() => Promise<readonly DiskPlace[]>) | undefined;
    readonly report: ReportError;
    /** How long the engine may take; default 2000. */
    readonly engineTimeoutMs?: number;
}

const callsPerMinute = 1200;

/** `GET /healthz`, 200 as long as the server runs, and `GET /metrics`. Mount it at the root. */
export function createHealthRouter(options: HealthOptions): Router {
    const admission: AdmitPorts = {
        authenticate: (bearer) => options.host.authenticate(bearer),
        callerLimit: perMinute(callsPerMinute),
        addressLimit: perMinute(callsPerMinute),
    };
    const router = express.Router();
    router.get("/healthz", async (_request, response) => {
        const timeoutMs = options.engineTimeoutMs ?? 2000;
        const [engine, disk] = await Promise.all([
            engineState(options.engine, timeoutMs),
            diskState(options.lowPlaces, timeoutMs),
        ]);
        response.set("Cache-Control", "no-store").json({ ok: true, version: options.version, engine, disk });
    });
    router.get("/metrics", async (request, response) => {
        await admit(admission, options.metricsPublic ? "public" : "read", request);
        const { contentType, text } = await options.metrics.render();
        response.set({ "Content-Type": contentType, "Cache-Control": "no-store" }).send(text);
    });
    const answerError: ErrorRequestHandler = (error: unknown, _request, response, _next) =>
        sendError(response, error, options.report);
    router.use(answerError);
    return router;
}

interface DiskState {
    readonly ok: boolean;
    /** What is nearly full: anybody may ask, so that neither paths nor sizes are told. */
    readonly low: readonly DiskPlace[];
}

/** Undefined where it cannot be told in time. */
async function diskState(lowPlaces: HealthOptions["lowPlaces"], timeoutMs: number): Promise<DiskState | undefined> {
    if (lowPlaces === undefined) {
        return undefined;
    }
    const low = await inTime(lowPlaces(), timeoutMs);
    return low && { ok: low.length === 0, low };
}

async function inTime<T>(asked: Promise<T>, timeoutMs: number): Promise<T | undefined> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), timeoutMs);
    const late = new Promise<undefined>((resolve) => {
        timeout.signal.addEventListener("abort", () => resolve(undefined));
    });
    try {
        return await Promise.race([asked.catch(() => undefined), late]);
    } finally {
        clearTimeout(timer);
    }
}

type EngineState = { readonly ok: true; readonly version: string } | { readonly ok: false; readonly reason: string };

async function engineState(engine: HealthOptions["engine"], timeoutMs: number): Promise<EngineState> {
    const asked = engine.ping().then(
        ({ version }): EngineState => ({ ok: true, version }),
        (error: unknown): EngineState => ({ ok: false, reason: errorMessage(error) }),
    );
    return (await inTime(asked, timeoutMs)) ?? { ok: false, reason: "The engine does not answer." };
}
