import { z } from "zod";

/** What a sender of webhooks is given; for those who may see secrets. */
export const WebhookAccess = z.object({
    webhookUrl: z.string(),
    webhookSecret: z.string(),
    /** For registries, with a token in its query: Docker Hub can neither sign nor send headers. */
    registryUrl: z.string(),
});
export type WebhookAccess = z.infer<typeof WebhookAccess>;
