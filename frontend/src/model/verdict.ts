import type { WebhookVerdict } from "../../../common/schema/webhook-event.ts";
import type { Tone } from "./deployment-status.ts";

/** The colour of each verdict. */
export const verdictTone = {
    queued: "primary",
    ignored: "secondary",
    duplicate: "secondary",
    pong: "success",
    rejected: "danger",
} as const satisfies Record<WebhookVerdict, Tone>;
