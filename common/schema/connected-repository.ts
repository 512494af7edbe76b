import { z } from "zod";
import { DeploymentStatus } from "./deployment.ts";
import { GitProvider } from "./git-repository.ts";
import { Timestamp } from "./timestamp.ts";
import { WebhookVerdict } from "./webhook-event.ts";

/** A stack of a repository, with how its newest deployment, delivery and poll went. */
export const ConnectedStack = z.object({
    stack: z.string(),
    branch: z.string(),
    /** In the repository; null where the usual names at its root are looked for. */
    composePath: z.string().nullable(),
    paths: z.array(z.string()),
    webhookUrl: z.string(),
    lastSyncedAt: Timestamp.optional(),
    lastSyncedCommit: z.string().optional(),
    lastPolledAt: Timestamp.optional(),
    lastPollError: z.string().optional(),
    latestDeployment: z.object({ id: z.string(), status: DeploymentStatus }).optional(),
    lastDeliveryAt: Timestamp.optional(),
    lastDeliveryVerdict: WebhookVerdict.optional(),
});
export type ConnectedStack = z.infer<typeof ConnectedStack>;

/** One address with every stack that is connected to it, whatever scheme, user or port they give. */
export const ConnectedRepository = z.object({
    url: z.string(),
    provider: GitProvider,
    stacks: z.array(ConnectedStack),
});
export type ConnectedRepository = z.infer<typeof ConnectedRepository>;
