import { z } from "zod";
import { GitProvider } from "./git-repository.ts";
import { Timestamp } from "./timestamp.ts";

export const WebhookVerdict = z.enum(["queued", "ignored", "duplicate", "pong", "rejected"]);
export type WebhookVerdict = z.infer<typeof WebhookVerdict>;

/** What a sender was answered: the HTTP status and the JSON body. */
export const SentAnswer = z.object({ status: z.int(), body: z.unknown() });
export type SentAnswer = z.infer<typeof SentAnswer>;

/** One delivery for one stack, as the outside sees it; secrets in headers and signature read `***`. */
export const WebhookEvent = z.object({
    id: z.string(),
    repositoryId: z.string(),
    stack: z.string(),
    provider: GitProvider,
    eventType: z.string(),
    deliveryId: z.string().optional(),
    payload: z.unknown(),
    headers: z.record(z.string(), z.string()),
    signature: z.string().optional(),
    verified: z.boolean(),
    processed: z.boolean(),
    verdict: WebhookVerdict,
    reason: z.string().optional(),
    deploymentId: z.string().optional(),
    receivedAt: Timestamp,
    processedAt: Timestamp.optional(),
    error: z.string().optional(),
    /** Left out where nothing was sent: for what was redelivered by hand. */
    answer: SentAnswer.optional(),
    /** From the complete body to the moment of storing. */
    durationMilliseconds: z.number().optional(),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** What one delivery meant for one stack. */
export const StackVerdict = z.object({
    stack: z.string(),
    verdict: WebhookVerdict,
    reason: z.string().optional(),
    deploymentId: z.string().optional(),
    /** The pipeline that runs without a deployment. */
    pipelineId: z.string().optional(),
});
export type StackVerdict = z.infer<typeof StackVerdict>;

/** The answer to a webhook. `queued` carries `deploymentIds`, unless only pipelines run: those stand with their stacks. */
export const WebhookAnswer = z.object({
    ok: z.boolean(),
    verdict: WebhookVerdict,
    reason: z.string().optional(),
    eventId: z.string().optional(),
    deploymentIds: z.array(z.string()).optional(),
    stacks: z.array(StackVerdict).optional(),
});
export type WebhookAnswer = z.infer<typeof WebhookAnswer>;
