import type { Deployment, DeploymentRequest } from "../../../common/schema/deployment.ts";

/** The request for the commit of a deployment, or of a pipeline's run, again. */
export function redeployRequest(done: Pick<Deployment, "branch" | "tag" | "commitSha">): DeploymentRequest {
    const place = done.tag === undefined ? { branch: done.branch } : { tag: done.tag };
    return done.commitSha === "" ? place : { ...place, commit: done.commitSha };
}
