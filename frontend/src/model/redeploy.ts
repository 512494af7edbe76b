import type { Deployment, DeploymentRequest } from "../../../common/schema/deployment.ts";

/** The request that deploys a deployment's commit again. */
export function redeployRequest(deployment: Deployment): DeploymentRequest {
    const place = deployment.tag === undefined ? { branch: deployment.branch } : { tag: deployment.tag };
    return deployment.commitSha === "" ? place : { ...place, commit: deployment.commitSha };
}
