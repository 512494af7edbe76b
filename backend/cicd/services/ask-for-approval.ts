import type { Preview } from "../../../common/schema/preview.ts";
import { describePreview } from "../../../common/describe-preview.ts";
import type { BuildConfigRecord } from "../core/build-config.ts";
import type { Clock } from "../core/clock.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Release } from "../core/release.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { requestedEnd } from "./requested-end.ts";
import { nameRollback } from "./supersede-waiting.ts";

/**
 * Whether a built deployment has to wait for a click. One that a person with a login started was asked for by a click;
 * what ran before, by hand or by itself, may always be put back.
 */
export function needsApproval(record: DeploymentRecord, config: Pick<BuildConfigRecord, "approval">): boolean {
    return (
        config.approval &&
        record.status === "building" &&
        record.approvedAt === undefined &&
        record.triggeredBy !== "manual" &&
        record.previousDeploymentId === undefined
    );
}

/**
 * Says what the release would change, and leaves the row waiting in the phase `approval`. Throws where the run was asked
 * to end meanwhile.
 */
export async function askForApproval(
    ports: { readonly clock: Clock; readonly deployments: Pick<DeploymentStore, "listActive"> },
    run: DeploymentRun,
    release: Release,
    preview: Preview,
): Promise<void> {
    ["What will change:", ...describePreview(preview).map((line) => `  ${line}`)].forEach((line) => run.say(line));
    run.checkSignal();
    run.say("Built. Waiting for approval: press Approve or Reject on this deployment's page. Nothing was touched yet.");
    const approvalRequestedAt = ports.clock.now().toISOString();
    const note = "Built, and waits for approval: nothing of the stack was touched yet.";
    await run.change({ images: release.images, approvalRequestedAt, note });
    await run.enter("approval");
    // A cancel that came a moment ago found a deployment that runs, and left it to us to end.
    run.checkSignal();
    const end = requestedEnd(run.record);
    if (end !== undefined) {
        throw new DeploymentFailure(end.errorCode, end.message);
    }
    await giveWay(ports, run);
}

/** A rollback by hand that was asked for during the build found nothing that waited; what waits would undo it. */
async function giveWay(
    { deployments }: { readonly deployments: Pick<DeploymentStore, "listActive"> },
    run: DeploymentRun,
): Promise<void> {
    const active = await deployments.listActive(run.stack);
    const later = active.slice(active.findIndex(({ id }) => id === run.id) + 1);
    const rollback = later.find((row) => row.previousDeploymentId !== undefined && row.rollbackOf === undefined);
    if (rollback !== undefined) {
        await run.change({ supersededBy: rollback.id });
        throw new DeploymentFailure("superseded", `Superseded by ${nameRollback(rollback)}.`);
    }
}

/** Whether pushed images, which go with whatever is live, were built with a commit that is not live any more. */
export async function isOvertaken(
    ports: { readonly deployments: Pick<DeploymentStore, "findLive"> },
    record: DeploymentRecord,
): Promise<boolean> {
    const live = record.refreshImages && (await ports.deployments.findLive(record.stackId));
    return live !== undefined && live.commitSha !== record.commitSha;
}
