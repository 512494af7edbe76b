import { AppError } from "../../../common/errors.ts";
import type { DeploymentRequest } from "../../../common/schema/deployment.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";

type RequestedRef =
    { readonly type: "branch"; readonly name: string } | { readonly type: "tag"; readonly name: string };

/**
 * The branch or tag that a request means; the repository's branch where it names none. Throws AppError `invalid` where it
 * names both.
 */
export function requestedRef(
    { branch, tag }: DeploymentRequest,
    repository: Pick<RepositoryRecord, "branch">,
): RequestedRef {
    if (branch !== undefined && tag !== undefined) {
        throw new AppError("invalid", "tag: give either a branch or a tag, not both");
    }
    return tag === undefined ? { type: "branch", name: branch ?? repository.branch } : { type: "tag", name: tag };
}
