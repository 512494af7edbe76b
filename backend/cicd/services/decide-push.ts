import type { StackVerdict } from "../../../common/schema/webhook-event.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import { isTerminal, type DeploymentStore } from "../core/deployment.ts";
import { choosePush, findSuspect } from "../core/choose-push.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import type { RefEvent, WebhookEventStore } from "../core/webhook-event.ts";
import { type StackStateStore, whyPinned } from "../core/stack-state.ts";
import type { Enqueue } from "./enqueue-deployment.ts";
import { enqueuePush, type StackPush } from "./enqueue-push.ts";
import { findPin } from "./find-pin.ts";
import type { EnqueuePipeline } from "./pipelines/enqueue-pipeline.ts";
import { runPipelines } from "./pipelines/run-pipelines.ts";

export interface DecidePushPorts {
    readonly buildConfigs: Pick<BuildConfigStore, "findByStack">;
    readonly deployments: Pick<DeploymentStore, "find" | "findLive">;
    readonly stackStates: Pick<StackStateStore, "findPin">;
    readonly events: Pick<WebhookEventStore, "findDelivery">;
    readonly enqueue: Enqueue;
    readonly enqueuePipeline: EnqueuePipeline;
    /** Looks later at a push that was ignored for its files, and may have undone commits. */
    readonly checkUndone?: ((ignored: StackPush) => unknown) | undefined;
}

export interface Delivery {
    readonly deliveryId: string | undefined;
    /** Who redelivered it; undefined for the sender itself. */
    readonly user: string | undefined;
}

/** What a push of one or several refs means for one stack; queues its deployment when one of them deploys. */
export async function decidePush(
    ports: DecidePushPorts,
    repository: RepositoryRecord,
    refs: readonly RefEvent[],
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
    const own = withOwnBranch(refs, repository);
    const of = { repository, buildConfig, user: delivery.user };
    const tested = await runPipelines(ports, of, own);
    const verdict = await decideDeployment(ports, of, own);
    if (tested === undefined || verdict.verdict !== "ignored") {
        return { ...verdict, ...(tested !== undefined && { pipelineId: tested.pipelineId }) };
    }
    return { stack, ...tested };
}

async function decideDeployment(
    ports: DecidePushPorts,
    of: Omit<StackPush, "push">,
    own: readonly RefEvent[],
): Promise<StackVerdict> {
    const { repository, buildConfig } = of;
    const stack = repository.stackId;
    const rules = { ...buildConfig, branch: repository.branch, paths: repository.paths };
    const { push, reason } = choosePush(own, rules);
    if (push === undefined) {
        const suspect = findSuspect(own, rules);
        if (suspect !== undefined && (await findPin(ports, stack)) === undefined) {
            ports.checkUndone?.({ ...of, push: suspect });
        }
        return { stack, verdict: "ignored", reason };
    }
    const pin = await findPin(ports, stack);
    if (pin !== undefined) {
        return { stack, verdict: "ignored", reason: whyPinned(pin) };
    }
    const { deployment, created } = await enqueuePush(ports.enqueue, { ...of, push });
    return created
        ? { stack, verdict: "queued", ...(reason !== undefined && { reason }), deploymentId: deployment.id }
        : { stack, verdict: "duplicate", reason: whyDuplicate(deployment.status), deploymentId: deployment.id };
}

/** The deployment that this very delivery led to, while it is active or successful. */
export async function findDone(
    ports: Pick<DecidePushPorts, "events" | "deployments">,
    repository: RepositoryRecord,
    { deliveryId }: Delivery,
): Promise<string | undefined> {
    const event = deliveryId === undefined ? undefined : await ports.events.findDelivery(repository.id, deliveryId);
    const deployment = event?.deploymentId === undefined ? undefined : await ports.deployments.find(event.deploymentId);
    const counts = deployment !== undefined && (!isTerminal(deployment.status) || deployment.status === "successful");
    return counts ? deployment.id : undefined;
}

/** A sender that names no ref means the branch that the stack is connected to. */
function withOwnBranch(refs: readonly RefEvent[], repository: RepositoryRecord): readonly RefEvent[] {
    return refs.map((event) =>
        event.kind === "push" && event.ref.name === ""
            ? { ...event, ref: { type: "branch", name: repository.branch } }
            : event,
    );
}

function whyDuplicate(status: string): string {
    return status === "successful" ? "this commit is live already" : "this commit is being deployed already";
}
