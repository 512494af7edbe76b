import type { ErrorRequestHandler, RequestHandler } from "express";
import { errorCode, errorMessage, errorStatus } from "../../../common/errors.ts";
import type { Log } from "../core/log.ts";

/** The answer for addresses that nobody serves. */
export const notFound: RequestHandler = (request, response) => {
    const message = `${request.method} ${request.path}: there is nothing at this address`;
    response.status(404).json({ ok: false, error: { code: "not_found", message } });
};

/** Turns whatever a route threw into an answer; what was not expected goes to the log. */
export function errorHandler(log: Log): ErrorRequestHandler {
    return (error: unknown, request, response, next) => {
        if (response.headersSent) {
            next(error);
            return;
        }
        const clientStatus = statusOfClientError(error);
        if (clientStatus !== undefined) {
            response
                .status(clientStatus)
                .json({ ok: false, error: { code: "invalid", message: "The request cannot be read" } });
            return;
        }
        const code = errorCode(error);
        if (code === "internal") {
            log.error({ err: error, method: request.method, path: request.path }, "a request failed");
        }
        response.status(errorStatus[code]).json({ ok: false, error: { code, message: errorMessage(error) } });
    };
}

/** Express and its body parsers throw errors with a status: a bad escape in the path, a body that is too large. */
function statusOfClientError(error: unknown): number | undefined {
    const status = error instanceof Error && "status" in error ? error.status : undefined;
    return typeof status === "number" && status >= 400 && status < 500 ? status : undefined;
}
