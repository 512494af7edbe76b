import { type Masker, masked } from "../core/mask.ts";
import type { WebhookHeaders } from "../core/webhook-event.ts";

/** Headers that hold somebody's secret, whichever provider sends them. */
const alwaysSecret = new Set(["authorization", "proxy-authorization", "cookie", "x-gitlab-token"]);
const mostHeaders = 100;
const longestValue = 4096;
const longestSignature = 1024;

/** The headers of a delivery as they may be stored: bounded, and without secrets. */
export function redactHeaders(
    headers: WebhookHeaders,
    secretHeaders: readonly string[],
    masker: Masker,
): Readonly<Record<string, string>> {
    const redacted: Record<string, string> = {};
    for (const [name, value] of Object.entries(headers).slice(0, mostHeaders)) {
        if (value !== undefined) {
            const hidden = alwaysSecret.has(name) || secretHeaders.includes(name);
            redacted[name] = hidden ? masked : masker.mask(value.slice(0, longestValue));
        }
    }
    return redacted;
}

/** A signature as it may be stored: senders that were set up wrongly put the secret itself there. */
export function redactSignature(signature: string | undefined, masker: Masker): string | undefined {
    return signature === undefined
        ? undefined
        : masker.mask(signature.slice(0, longestValue)).slice(0, longestSignature);
}
