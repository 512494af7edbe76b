import type { WebhookEvent, WebhookVerdict } from "../../../common/schema/webhook-event.ts";
import type { Tone } from "./deployment-status.ts";

/** The colour of each verdict. */
export const verdictTone = {
    queued: "primary",
    ignored: "secondary",
    duplicate: "secondary",
    pong: "success",
    rejected: "danger",
} as const satisfies Record<WebhookVerdict, Tone>;

const icons = {
    queued: "rocket",
    ignored: "ban",
    duplicate: "copy",
    pong: "circle-check",
    rejected: "triangle-exclamation",
} as const satisfies Record<WebhookVerdict, string>;

interface VerdictLook {
    readonly icon: string;
    readonly tone: Tone;
    /** A key of `delivery.meaning`. */
    readonly meaning: "queued" | "ignored" | "duplicate" | "pong" | "unreadable" | "unsigned" | "badSignature";
}

type Judged = Pick<WebhookEvent, "verdict" | "verified" | "signature">;

/** How a delivery is shown. A wrong signature is told apart from a missing one, and from a body that says nothing. */
export function verdictLook(event: Judged): VerdictLook {
    const { verdict } = event;
    return {
        icon: icons[verdict],
        tone: verdictTone[verdict],
        meaning: verdict === "rejected" ? refusal(event) : verdict,
    };
}

function refusal({ verified, signature }: Judged): "unreadable" | "unsigned" | "badSignature" {
    if (verified) {
        return "unreadable";
    }
    return signature === undefined ? "unsigned" : "badSignature";
}
