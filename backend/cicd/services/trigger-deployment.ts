import { AppError } from "../../../common/errors.ts";
import type { DeploymentRequest } from "../../../common/schema/deployment.ts";
import type { PinnedRelease } from "../../../common/schema/stack.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import type { RepositoryStore } from "../core/git-repository.ts";
import type { Caller } from "../core/host.ts";
import type { Enqueue } from "./enqueue-deployment.ts";
import { requestedRef } from "./requested-ref.ts";
import { unpinStack, type UnpinPorts } from "./unpin-stack.ts";

export interface TriggerPorts extends UnpinPorts {
    readonly repositories: RepositoryStore;
    readonly buildConfigs: BuildConfigStore;
    readonly enqueue: Enqueue;
}

/**
 * Queues a deployment that a person or a program asks for. What the request leaves out comes from the repository; the
 * same commit already active is answered as it is. A stack that was pinned to an earlier release is unpinned. Throws `not_found` where the stack is not connected, `invalid`
 * where branch and tag are both given.
 */
export async function triggerDeployment(
    ports: TriggerPorts,
    given: { readonly stack: string; readonly request: DeploymentRequest; readonly caller: Caller },
): Promise<DeploymentRecord> {
    const { stack, request, caller } = given;
    const repository = await ports.repositories.findByStack(stack);
    const buildConfig = await ports.buildConfigs.findByStack(stack);
    if (repository === undefined || buildConfig === undefined) {
        throw new AppError("not_found", `stack: ${stack} is not connected to a repository; connect one first`);
    }
    const ref = requestedRef(request, repository);
    const unpinned = await unpinStack(ports, stack);
    const note = unpinned && `Unpins the stack, which ${unpinned.by} had pinned to ${nameOf(unpinned)}.`;
    const { deployment, created } = await ports.enqueue({
        repository,
        buildConfig,
        ref,
        commit: request.commit ?? "",
        triggeredBy: caller.via === "token" ? "api" : "manual",
        user: caller.username,
        note,
    });
    return created || note === undefined ? deployment : noteOn(ports.deployments, deployment, note);
}

function nameOf({ commitSha }: PinnedRelease): string {
    return commitSha === "" ? "what ran before git" : commitSha.slice(0, 7);
}

/** One that waits already, such as a push's. */
async function noteOn(deployments: DeploymentStore, row: DeploymentRecord, note: string): Promise<DeploymentRecord> {
    return (await deployments.update(row.id, row.status, { note })) ?? row;
}
