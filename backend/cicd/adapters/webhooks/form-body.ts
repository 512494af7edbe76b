import { AppError } from "../../../../common/errors.ts";
import type { WebhookHeaders } from "../../core/webhook-event.ts";
import { readText } from "./read-body.ts";

const field = "payload=";

/** The JSON text of a body that is JSON itself or has it in a form's field. Throws AppError `invalid`. */
export function readPayloadText(body: Uint8Array, headers: WebhookHeaders): string {
    const text = readText(body);
    if (!isForm(headers)) {
        return text;
    }
    const payload = new URLSearchParams(text).get("payload");
    if (payload === null) {
        throw new AppError("invalid", "body.payload: the form has no such field; send JSON, or put it into this field");
    }
    return payload;
}

/** The bytes inside of a form that holds the payload and nothing else; undefined for any other body. Never throws. */
export function onlyPayloadOf(body: Uint8Array, headers: WebhookHeaders): Uint8Array | undefined {
    const text = isForm(headers) ? Buffer.from(body).toString("latin1") : "";
    if (!text.startsWith(field) || text.includes("&")) {
        return undefined;
    }
    try {
        return Buffer.from(decodeURIComponent(text.slice(field.length).replaceAll("+", " ")));
    } catch {
        return undefined;
    }
}

function isForm(headers: WebhookHeaders): boolean {
    return /^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "");
}
