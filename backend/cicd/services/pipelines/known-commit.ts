import { AppError } from "../../../../common/errors.ts";
import type { RepositoryRecord, RepositoryStore } from "../../core/git-repository.ts";
import type { Git } from "../../core/git.ts";

export interface KnownCommitPorts {
    readonly repositories: Pick<RepositoryStore, "findByStack">;
    readonly git: Pick<Git, "use" | "resolve" | "readFile">;
}

/** The repository that a stack is connected to. Throws `not_found`. */
export async function requireConnected(
    { repositories }: Pick<KnownCommitPorts, "repositories">,
    stack: string,
): Promise<RepositoryRecord> {
    const repository = await repositories.findByStack(stack);
    if (repository === undefined) {
        throw new AppError("not_found", `stack: ${stack} is not connected to a repository; connect one first`);
    }
    return repository;
}

/**
 * The newest commit of the repository's branch that the server has; undefined where it has not fetched the branch yet.
 * Nothing is asked of the remote.
 */
export async function findKnownCommit(
    { git }: KnownCommitPorts,
    repository: RepositoryRecord,
): Promise<string | undefined> {
    // With the pinned host key, Git would fetch again after a restart to be sure whose branches these are.
    const remote = { ...repository, hostKey: undefined };
    try {
        return (await git.resolve(remote, { branch: repository.branch }, undefined)).sha;
    } catch (error) {
        if (isMissing(error)) {
            return undefined;
        }
        throw error;
    }
}

function isMissing(error: unknown): boolean {
    const { details } = error instanceof AppError ? error : {};
    return (
        typeof details === "object" &&
        details !== null &&
        "errorCode" in details &&
        (details.errorCode === "branch_missing" || details.errorCode === "commit_missing")
    );
}
