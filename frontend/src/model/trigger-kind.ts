import { restoreNote, type Deployment, type TriggerType } from "../../../common/schema/deployment.ts";

/** Why a deployment was made, as the key of a text: one that puts a release back says so in the place of its trigger. */
export function triggerKind(
    deployment: Pick<Deployment, "previousDeploymentId" | "note" | "triggeredBy">,
): TriggerType | "restore" | "rollback" {
    if (deployment.previousDeploymentId === undefined) {
        return deployment.triggeredBy;
    }
    return deployment.note?.startsWith(restoreNote) === true ? "restore" : "rollback";
}
