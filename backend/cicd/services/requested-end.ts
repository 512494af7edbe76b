import type { DeploymentRecord } from "../core/deployment.ts";
import type { RequestedEnd } from "../core/leased-queue.ts";

/** How a deployment is to end that was asked to; undefined where it was not. */
export function requestedEnd(
    row: Pick<DeploymentRecord, "cancelRequestedAt" | "cancelReason" | "supersededBy">,
): RequestedEnd | undefined {
    if (row.cancelRequestedAt === undefined) {
        return undefined;
    }
    const errorCode = row.supersededBy === undefined ? "cancelled" : "superseded";
    return { errorCode, message: row.cancelReason ?? "Cancelled." };
}
