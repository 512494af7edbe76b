import type { StackVerdict } from "../../../common/schema/webhook-event.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import { isTerminal, type DeploymentStore } from "../core/deployment.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import { whyPushIgnored } from "../core/push-rules.ts";
import type { PushEvent, WebhookEventStore } from "../core/webhook-event.ts";
import type { Enqueue } from "./enqueue-deployment.ts";

export interface DecidePushPorts {
    readonly buildConfigs: Pick<BuildConfigStore, "findByStack">;
    readonly deployments: Pick<DeploymentStore, "find">;
    readonly events: Pick<WebhookEventStore, "findDelivery">;
    readonly enqueue: Enqueue;
}

export interface Delivery {
    readonly deliveryId: string | undefined;
    /** Who redelivered it; undefined for the sender itself. */
    readonly user: string | undefined;
}

/** What a push means for one stack; queues its deployment when it deploys. */
export async function decidePush(
    ports: DecidePushPorts,
    repository: RepositoryRecord,
    push: PushEvent,
    delivery: Delivery,
): Promise<StackVerdict> {
    const stack = repository.stackId;
    const done = await findDone(ports, repository, delivery);
    if (done !== undefined) {
        return { stack, verdict: "duplicate", reason: "this delivery was handled before", deploymentId: done };
    }
    const buildConfig = await ports.buildConfigs.findByStack(stack);
    if (buildConfig === undefined) {
        return { stack, verdict: "ignored", reason: "the stack has no build configuration; save one" };
    }
    const wanted = withOwnBranch(push, repository);
    const reason = whyPushIgnored(wanted, { ...buildConfig, branch: repository.branch, paths: repository.paths });
    if (reason !== undefined) {
        return { stack, verdict: "ignored", reason };
    }
    const { deployment, created } = await ports.enqueue({
        repository,
        buildConfig,
        ref: wanted.ref,
        commit: wanted.commit,
        message: wanted.message,
        author: wanted.author,
        triggeredBy: "webhook",
        user: delivery.user,
    });
    return created
        ? { stack, verdict: "queued", deploymentId: deployment.id }
        : { stack, verdict: "duplicate", reason: whyDuplicate(deployment.status), deploymentId: deployment.id };
}

/** The deployment that this very delivery led to, while it is active or successful. */
async function findDone(
    ports: DecidePushPorts,
    repository: RepositoryRecord,
    { deliveryId }: Delivery,
): Promise<string | undefined> {
    const event = deliveryId === undefined ? undefined : await ports.events.findDelivery(repository.id, deliveryId);
    const deployment = event?.deploymentId === undefined ? undefined : await ports.deployments.find(event.deploymentId);
    const counts = deployment !== undefined && (!isTerminal(deployment.status) || deployment.status === "successful");
    return counts ? deployment.id : undefined;
}

/** A sender that names no ref means the branch that the stack is connected to. */
function withOwnBranch(push: PushEvent, repository: RepositoryRecord): PushEvent {
    return push.ref.name === "" ? { ...push, ref: { type: "branch", name: repository.branch } } : push;
}

function whyDuplicate(status: string): string {
    return status === "successful" ? "this commit is live already" : "this commit is being deployed already";
}
