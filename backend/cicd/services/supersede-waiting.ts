import { awaitsApproval, type DeploymentRecord, type DeploymentStore } from "../core/deployment.ts";

export interface SupersedePorts {
    readonly deployments: Pick<DeploymentStore, "endWaiting">;
    readonly announce: (deployment: DeploymentRecord) => void;
}

/** Ends those of the rows that wait for approval: something newer took their place. */
export async function supersedeWaiting(
    ports: SupersedePorts,
    rows: readonly DeploymentRecord[],
    by: { readonly id: string; readonly what: string },
): Promise<void> {
    for (const { id } of rows.filter(awaitsApproval)) {
        const end = { errorCode: "superseded" as const, error: `Superseded by ${by.what}.`, supersededBy: by.id };
        const ended = await ports.deployments.endWaiting(id, end);
        if (ended !== undefined) {
            ports.announce(ended);
        }
    }
}

/** A rollback by hand, as that which takes another's place. */
export function nameRollback({ commitSha }: Pick<DeploymentRecord, "commitSha">): string {
    return `a rollback to ${commitSha === "" ? "what ran before git" : commitSha.slice(0, 7)}`;
}
