import type { DeploymentStatus } from "../../../common/schema/deployment.ts";
import type { MachineDisk } from "../../../common/schema/disk.ts";
import type { WebhookVerdict } from "../../../common/schema/webhook-event.ts";

export const pollOutcomes = ["unchanged", "deployed", "failed"] as const;
export type PollOutcome = (typeof pollOutcomes)[number];

/** Figures for a monitoring system. Recording never fails and never waits. */
export interface Metrics {
    /** A deployment came to its end; `seconds` from its start, undefined for one that never started. */
    deploymentEnded(status: DeploymentStatus, seconds: number | undefined): void;
    webhookAnswered(verdict: WebhookVerdict): void;
    /** A stack's repository was asked for new commits; `deployed` where a deployment was queued. */
    repositoryPolled(result: PollOutcome): void;
    /** Everything in Prometheus' text format. */
    render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Figures of disks, as they were last measured. */
export interface DiskGauges {
    diskMeasured(machines: readonly MachineDisk[]): void;
}
