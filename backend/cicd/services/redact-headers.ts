import { createMasker, masked } from "../core/mask.ts";
import type { WebhookHeaders } from "../core/webhook-event.ts";

/** Headers that hold somebody's secret, whichever provider sends them. */
const alwaysSecret = new Set(["authorization", "proxy-authorization", "cookie", "x-gitlab-token"]);
const mostHeaders = 100;
const longestValue = 4096;

/** The headers of a delivery as they may be stored: bounded, and without secrets. */
export function redactHeaders(
    headers: WebhookHeaders,
    secretHeaders: readonly string[],
    ...secrets: readonly string[]
): Readonly<Record<string, string>> {
    const masker = createMasker(secrets);
    const redacted: Record<string, string> = {};
    for (const [name, value] of Object.entries(headers).slice(0, mostHeaders)) {
        if (value !== undefined) {
            const hidden = alwaysSecret.has(name) || secretHeaders.includes(name);
            redacted[name] = hidden ? masked : masker.mask(value.slice(0, longestValue));
        }
    }
    return redacted;
}
