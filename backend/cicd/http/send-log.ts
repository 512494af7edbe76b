import { once } from "node:events";
import type { Request, Response } from "express";
import { AppError } from "../../../common/errors.ts";
import type { DeploymentPhase } from "../../../common/schema/deployment.ts";
import type { LogLine } from "../../../common/schema/log-line.ts";

/** A log that can be read as it is now, and followed to its end. */
export interface SentLog {
    /** In batches. */
    read(): AsyncIterable<readonly LogLine[]>;
    /** Hands on every line after a number once and in order, until what it tells of has ended; answers how. */
    follow(given: {
        readonly afterSeq: number;
        readonly signal: AbortSignal;
        readonly onLines: (lines: readonly LogLine[]) => void | Promise<void>;
    }): Promise<{
        readonly status: string;
        readonly error?: string | undefined;
        readonly errorCode?: string | undefined;
    }>;
}

export interface LogRequest {
    readonly log: SentLog;
    readonly filter: { readonly phase?: DeploymentPhase | undefined; readonly job?: string | undefined };
    /** Aborts when the client goes away. */
    readonly signal: AbortSignal;
    readonly request: Request;
    readonly response: Response;
}

/** Proxies cut connections that are silent for a minute or less. */
const heartbeatMs = 15_000;

/** Sends a log: as text, or as a stream of events where the client accepts that. */
export async function sendLog(given: LogRequest): Promise<void> {
    const wanted = given.request.accepts(["text/plain", "text/event-stream"]);
    await (wanted === "text/event-stream" ? sendEvents(given) : sendText(given));
}

async function sendText({ log, filter, signal, response }: LogRequest): Promise<void> {
    response.set({ "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" });
    for await (const lines of log.read()) {
        const wanted = lines.filter((line) => fits(line, filter));
        await write(response, wanted.map(({ text }) => `${text}\n`).join(""), signal);
    }
    response.end();
}

async function sendEvents({ log, filter, signal, request, response }: LogRequest): Promise<void> {
    const afterSeq = lastEventId(request);
    response.set({
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
    });
    response.flushHeaders();
    const heartbeat = setInterval(() => response.write(": still here\n\n"), heartbeatMs);
    try {
        const { status, error, errorCode } = await log.follow({
            afterSeq,
            signal,
            onLines: (lines) =>
                write(
                    response,
                    lines
                        .filter((line) => fits(line, filter))
                        .map(asEvent)
                        .join(""),
                    signal,
                ),
        });
        if (!signal.aborted) {
            response.end(`event: end\ndata: ${JSON.stringify({ status, error, errorCode })}\n\n`);
        }
    } finally {
        clearInterval(heartbeat);
    }
}

function asEvent(line: LogLine): string {
    return `id: ${line.seq}\ndata: ${JSON.stringify(line)}\n\n`;
}

function fits(line: LogLine, { phase, job }: LogRequest["filter"]): boolean {
    return (phase === undefined || line.phase === phase) && (job === undefined || line.job === job);
}

function lastEventId(request: Request): number {
    const given = request.get("Last-Event-ID") ?? "";
    if (!/^\d{0,15}$/.test(given)) {
        throw new AppError("invalid", "Last-Event-ID: is not a number; send the id of the last event, or leave it out");
    }
    return Number(given);
}

/** Writes, and waits where the client reads more slowly than we send. */
async function write(response: Response, text: string, signal: AbortSignal): Promise<void> {
    if (text !== "" && !signal.aborted && !response.write(text)) {
        await once(response, "drain", { signal });
    }
}
