import express, { type Request, type RequestHandler, type Response } from "express";
import { AppError } from "../../../common/errors.ts";

const parse: RequestHandler = express.json({ limit: "8mb" });

/** The body of a request as JSON; an empty one counts as `{}`. Throws AppError `invalid`, or what the parser throws. */
export async function readJson(request: Request, response: Response): Promise<unknown> {
    const isEmpty = request.get("Transfer-Encoding") === undefined && Number(request.get("Content-Length") ?? 0) === 0;
    if (isEmpty) {
        return {};
    }
    // Express' own test says null where the header is missing.
    if (typeof request.is(["json", "+json"]) !== "string") {
        throw new AppError("invalid", "Content-Type: send the body as application/json");
    }
    await new Promise<void>((resolve, reject) => {
        parse(request, response, (error: unknown) => {
            if (error === undefined) {
                resolve();
                return;
            }
            reject(error instanceof Error ? error : new Error("body parser", { cause: error }));
        });
    });
    const body: unknown = request.body;
    return body;
}
