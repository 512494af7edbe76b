import { AppError } from "../../../common/errors.ts";
import { restoreNote } from "../../../common/schema/deployment.ts";
import { awaitsApproval, type DeploymentRecord, type DeploymentStore } from "../core/deployment.ts";
import type { RepositoryStore } from "../core/git-repository.ts";
import type { Caller } from "../core/host.ts";
import { releaseId, type ReleaseStore } from "../core/release.ts";

export interface RestorePorts {
    readonly deployments: DeploymentStore;
    readonly repositories: Pick<RepositoryStore, "findByStack">;
    readonly releases: Pick<ReleaseStore, "find">;
    readonly announce: (deployment: DeploymentRecord) => void;
    readonly wake: () => void;
}

/**
 * Queues a deployment of the release that is live, over whatever was changed by hand since. What differs is repaired,
 * the rest is left alone. Throws `not_found` where nothing is live, `conflict` while a deployment is active (one that waits
 * for approval may go on waiting).
 */
export async function restoreLive(
    ports: RestorePorts,
    { stack, caller }: { readonly stack: string; readonly caller: Caller },
): Promise<DeploymentRecord> {
    if ((await ports.repositories.findByStack(stack)) === undefined) {
        throw new AppError("not_found", `stack: ${stack} is not connected to a repository; connect one first`);
    }
    const live = await ports.deployments.findLive(stack);
    const release = live && (await ports.releases.find(releaseId(live)));
    if (live === undefined || release === undefined) {
        throw new AppError("not_found", `stack: ${stack} has no release to restore; deploy a commit instead`);
    }
    const active = (await ports.deployments.listActive(stack)).find((row) => !awaitsApproval(row));
    if (active?.previousDeploymentId === release.deploymentId) {
        return active;
    }
    if (active !== undefined) {
        throw new AppError("conflict", `stack: deployment ${active.id} is active; wait for its end, or cancel it`);
    }
    const restore = await ports.deployments.create({
        stackId: stack,
        buildConfigId: live.buildConfigId,
        repositoryId: live.repositoryId,
        commitSha: release.commitSha,
        commitMessage: live.commitMessage,
        commitAuthor: live.commitAuthor,
        branch: live.branch,
        tag: live.tag,
        triggeredBy: caller.via === "token" ? "api" : "manual",
        triggeredByUser: caller.username,
        previousDeploymentId: release.deploymentId,
        note: restoreNote,
    });
    ports.announce(restore);
    ports.wake();
    return restore;
}
