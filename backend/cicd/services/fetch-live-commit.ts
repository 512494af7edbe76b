import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { CommitInfo, Git, GitCall } from "../core/git.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { pinFirstKey, withPinnedKey } from "./pin-host-key.ts";

export interface FetchLivePorts {
    readonly git: Git;
    readonly deployments: Pick<DeploymentStore, "findLive">;
    readonly repositories: Pick<RepositoryStore, "find" | "pinHostKey">;
}

/**
 * Pushed images go to the commit that is live now, which may be another than when they were pushed. Throws `no_change`
 * where none of this repository is.
 */
export async function fetchLiveCommit(
    ports: FetchLivePorts,
    run: DeploymentRun,
    repository: RepositoryRecord,
    limits: { readonly signal: AbortSignal; readonly timeoutSeconds: number },
): Promise<CommitInfo> {
    const live = await ports.deployments.findLive(run.stack);
    if (live === undefined || live.commitSha === "" || live.repositoryId !== repository.id) {
        throw new DeploymentFailure("no_change", "No commit of this repository is live; deploy one first.");
    }
    const names = (run.record.refreshImages ?? []).map(({ image }) => image).join(", ");
    run.say(`Pushed: ${names}. Deploying commit ${live.commitSha}, which is live, with it.`);
    const call: GitCall = {
        ...limits,
        deploymentId: run.id,
        onLine: (line) => run.write("stderr", line),
        onHostKey: pinFirstKey(ports.repositories, repository),
    };
    await ports.git.fetch(repository, call);
    const commit = await findCommit(ports.git, await withPinnedKey(ports.repositories, repository), live, call);
    await run.change({ commitSha: commit.sha, commitMessage: commit.message, commitAuthor: commit.author });
    return commit;
}

/** It may have left its branch, or the branch may be gone: what runs may be run again all the same. */
async function findCommit(
    git: Git,
    repository: RepositoryRecord,
    live: DeploymentRecord,
    call: GitCall,
): Promise<CommitInfo> {
    const ref = live.tag === undefined ? { branch: live.branch } : { tag: live.tag };
    try {
        return await git.resolve(repository, ref, live.commitSha, call);
    } catch {
        call.signal.throwIfAborted();
        const { commitSha: sha, commitMessage: message = "", commitAuthor: author = "", createdAt: time } = live;
        return { sha, message, author, time };
    }
}
