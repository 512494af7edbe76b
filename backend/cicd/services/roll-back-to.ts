import { AppError } from "../../../common/errors.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import type { Caller } from "../core/host.ts";
import { releaseId, type ReleaseStore } from "../core/release.ts";
import { nameRollback, supersedeWaiting } from "./supersede-waiting.ts";

export interface RollBackPorts {
    readonly deployments: DeploymentStore;
    readonly releases: ReleaseStore;
    readonly announce: (deployment: DeploymentRecord) => void;
    readonly wake: () => void;
}

/**
 * Queues a deployment of an earlier deployment's release: the same images, files and variables. Once it is live, the
 * stack is pinned to it (`withPins`). Throws `not_found` for
 * an unknown one, `conflict` where its release is not kept or is live already.
 */
export async function rollBackTo(
    ports: RollBackPorts,
    { id, caller }: { readonly id: string; readonly caller: Caller },
): Promise<DeploymentRecord> {
    const wanted = await ports.deployments.find(id);
    if (wanted === undefined) {
        throw new AppError("not_found", `deployment: there is none with the id ${id}`);
    }
    const release = await ports.releases.find(releaseId(wanted));
    if (release === undefined || wanted.status !== "successful") {
        throw new AppError("conflict", "deployment: its release is not kept; deploy its commit again instead");
    }
    const live = await ports.deployments.findLive(wanted.stackId);
    if (live !== undefined && releaseId(live) === release.deploymentId) {
        throw new AppError("conflict", "deployment: this release is live already; use Redeploy to apply it again");
    }
    const active = await ports.deployments.listActive(wanted.stackId);
    const same = active.find((row) => row.previousDeploymentId === release.deploymentId);
    if (same !== undefined) {
        return same;
    }
    const rollback = await ports.deployments.create({
        stackId: wanted.stackId,
        buildConfigId: wanted.buildConfigId,
        repositoryId: wanted.repositoryId,
        commitSha: release.commitSha,
        commitMessage: wanted.commitMessage,
        commitAuthor: wanted.commitAuthor,
        branch: wanted.branch,
        tag: wanted.tag,
        triggeredBy: caller.via === "token" ? "api" : "manual",
        triggeredByUser: caller.username,
        previousDeploymentId: release.deploymentId,
        note: "Pins the stack to this release, once it is live, until it is unpinned",
    });
    ports.announce(rollback);
    const what = nameRollback(release);
    // Afresh: one that was just built may have come to wait meanwhile.
    const waiting = await ports.deployments.listActive(wanted.stackId);
    await supersedeWaiting(ports, waiting, { id: rollback.id, what });
    ports.wake();
    return rollback;
}
