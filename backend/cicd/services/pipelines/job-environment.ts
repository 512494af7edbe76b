import type { BuildConfigRecord, Variable } from "../../core/build-config.ts";
import type { RepositoryRecord } from "../../core/git-repository.ts";
import type { JobRecord, PipelineRecord } from "../../core/pipeline-run.ts";
import { whyRefIgnored } from "../../core/push-rules.ts";

type Of = Pick<PipelineRecord, "id" | "stackId" | "commitSha" | "branch" | "tag">;

/** What every run tells its jobs, and what may stand in images and keys. */
export function runVariables({ id, stackId, commitSha, branch, tag }: Of): Readonly<Record<string, string>> {
    return {
        CI: "true",
        CICD_STACK: stackId,
        CICD_COMMIT_SHA: commitSha,
        CICD_BRANCH: branch,
        CICD_TAG: tag ?? "",
        CICD_IMAGE_TAG: commitSha,
        CICD_PIPELINE_ID: id,
    };
}

/** The same, and what one job is told. */
export function jobVariables(
    run: Of,
    { id, name, stage }: Pick<JobRecord, "id" | "name" | "stage">,
): Readonly<Record<string, string>> {
    return { ...runVariables(run), CICD_JOB_ID: id, CICD_JOB_NAME: name, CICD_JOB_STAGE: stage };
}

/**
 * Whether jobs of a run get the stack's secrets: where it runs for a deployment, which builds with them anyway, or where a
 * push of its branch or tag would be deployed. Anybody who may push any other branch could read them otherwise.
 */
export function isTrusted(
    { deploymentId, branch, tag }: Pick<PipelineRecord, "deploymentId" | "branch" | "tag">,
    repository: Pick<RepositoryRecord, "branch">,
    config: Pick<BuildConfigRecord, "autoDeployBranches" | "autoDeployTags">,
): boolean {
    if (deploymentId !== undefined || (tag === undefined && branch === repository.branch)) {
        return true;
    }
    const ref = tag === undefined ? { type: "branch" as const, name: branch } : { type: "tag" as const, name: tag };
    return whyRefIgnored(ref, { ...config, branch: repository.branch }) === undefined;
}

/** The stack's variables for jobs, and the names of secrets that they do not get. */
export function stackVariables(
    variables: readonly Variable[],
    trusted: boolean,
): { readonly given: Readonly<Record<string, string>>; readonly withheld: readonly string[] } {
    const given = variables.filter(({ secret }) => trusted || !secret);
    return {
        given: Object.fromEntries(given.map(({ name, value }) => [name, value])),
        withheld: variables.filter((variable) => !given.includes(variable)).map(({ name }) => name),
    };
}
