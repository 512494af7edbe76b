import type { Variable } from "../core/build-config.ts";
import type { DeploymentRun } from "./deployment-run.ts";

/** What a build knows of its deployment. */
export function runEnvironment(run: DeploymentRun): Record<string, string> {
    return { CI: "true", ...ownVariables(run) };
}

/**
 * The variables of a release: the stack's own, and what compose files may say of the deployment, such as
 * `${CICD_IMAGE_TAG}`. The latter win, as they do in a build.
 */
export function releaseVariables(run: DeploymentRun, variables: readonly Variable[]): readonly Variable[] {
    const own = ownVariables(run);
    const others = variables.filter(({ name }) => !(name in own));
    return [...others, ...Object.entries(own).map(([name, value]) => ({ name, value, secret: false }))];
}

/** What every deployment sets by itself. */
export const ownVariableNames = ["CICD_STACK", "CICD_COMMIT_SHA", "CICD_BRANCH", "CICD_TAG", "CICD_IMAGE_TAG"] as const;

function ownVariables(run: DeploymentRun): Record<(typeof ownVariableNames)[number], string> {
    const { commitSha, branch, tag, stackId } = run.record;
    return {
        CICD_STACK: stackId,
        CICD_COMMIT_SHA: commitSha,
        CICD_BRANCH: branch,
        CICD_TAG: tag ?? "",
        CICD_IMAGE_TAG: commitSha,
    };
}
