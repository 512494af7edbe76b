import type { DeploymentStatus } from "../../../common/schema/deployment.ts";
import type { WebhookVerdict } from "../../../common/schema/webhook-event.ts";

/** Figures for a monitoring system. Recording never fails and never waits. */
export interface Metrics {
    /** A deployment came to its end; `seconds` from its start, undefined for one that never started. */
    deploymentEnded(status: DeploymentStatus, seconds: number | undefined): void;
    webhookAnswered(verdict: WebhookVerdict): void;
    /** Everything in Prometheus' text format. */
    render(): Promise<{ readonly contentType: string; readonly text: string }>;
}
