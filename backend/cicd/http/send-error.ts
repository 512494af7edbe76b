import type { Response } from "express";
import { z } from "zod";
import { AppError, errorStatus, type ErrorCode } from "../../../common/errors.ts";

/** The body of every failed answer. */
export const ErrorAnswer = z.object({
    ok: z.literal(false),
    error: z.object({
        code: z.enum([
            "invalid",
            "unauthorized",
            "forbidden",
            "not_found",
            "conflict",
            "rate_limited",
            "unavailable",
            "internal",
        ]),
        message: z.string(),
        details: z.unknown().optional(),
    }),
});

/** Hands an error that is a bug to the server's own log. */
export type ReportError = (error: unknown) => void;

interface Failure {
    readonly status: number;
    readonly code: ErrorCode;
    readonly message: string;
    readonly details?: unknown;
}

/** What the body parser and the router throw (`http-errors`). */
const HttpError = z.object({ status: z.int().min(400).max(499), type: z.string().optional() });
const RetryDetails = z.object({ retryAfterSeconds: z.number() });

const retryAfterSeconds = 30;

/** Answers anything thrown: status, `{ ok: false, error: { code, message, details? } }`, and when to try again. */
export function sendError(response: Response, error: unknown, report: ReportError): void {
    const { status, code, message, details } = asFailure(error);
    if (code === "internal") {
        report(error);
    }
    if (response.headersSent) {
        // Half an answer is out: closing without its end is the only way left to tell.
        response.destroy();
        return;
    }
    const retry = RetryDetails.safeParse(details).data?.retryAfterSeconds ?? retryAfterSeconds;
    if (code === "rate_limited" || code === "unavailable") {
        response.set("Retry-After", String(retry));
    }
    response.status(status).json({ ok: false, error: { code, message, details } });
}

function asFailure(error: unknown): Failure {
    if (error instanceof AppError) {
        const { code, message, details } = error;
        return { status: errorStatus[code], code, message, details };
    }
    const http = HttpError.safeParse(error);
    if (http.success) {
        return { status: http.data.status === 413 ? 413 : 400, code: "invalid", message: explain(http.data.type) };
    }
    return { status: 500, code: "internal", message: "Internal error. The server's log tells more." };
}

const explanations: Readonly<Record<string, string>> = {
    "entity.too.large": "body: is larger than 8 MB; send less",
    "entity.parse.failed": "body: is not valid JSON; send one JSON object",
    "encoding.unsupported": "Content-Encoding: is not supported; send gzip, deflate, br or none",
    "charset.unsupported": "Content-Type: the charset is not supported; send JSON as UTF-8",
    "request.aborted": "body: ended early; send as many bytes as Content-Length says",
};

function explain(type: string | undefined): string {
    return explanations[type ?? ""] ?? "request: cannot be read; check address, headers and body";
}
