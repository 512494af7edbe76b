import type { StackVerdict, WebhookVerdict } from "../../../common/schema/webhook-event.ts";
import type { WebhookReply } from "../core/webhook-receiver.ts";

const retrySeconds = 30;

export function refuse(status: 400 | 401 | 404, reason: string, eventId?: string): WebhookReply {
    return { status, answer: { ok: false, verdict: "rejected", reason, ...(eventId !== undefined && { eventId }) } };
}

export function tryAgainLater(reason: string): WebhookReply {
    return { status: 503, retryAfterSeconds: retrySeconds, answer: { ok: false, verdict: "rejected", reason } };
}

/** The reply to an understood event: of several stacks the most that happened counts. */
export function replyWith(verdicts: readonly StackVerdict[], eventId: string | undefined): WebhookReply {
    const order: readonly WebhookVerdict[] = ["queued", "duplicate", "pong", "ignored"];
    const verdict = order.find((one) => verdicts.some((given) => given.verdict === one)) ?? "ignored";
    const counted = verdicts.filter((given) => given.verdict === verdict);
    const reason = counted.find((given) => given.reason !== undefined)?.reason;
    const deploymentIds = counted.flatMap(({ deploymentId }) => (deploymentId === undefined ? [] : [deploymentId]));
    return {
        status: verdict === "queued" ? 202 : 200,
        answer: {
            ok: true,
            verdict,
            ...(reason !== undefined && { reason }),
            ...(eventId !== undefined && { eventId }),
            ...(deploymentIds.length > 0 && { deploymentIds }),
            stacks: [...verdicts],
        },
    };
}
