import { timingSafeEqual } from "node:crypto";
import { AppError } from "../../../../common/errors.ts";
import type { DeploymentStatus } from "../../../../common/schema/deployment.ts";
import type { JobStatus } from "../../../../common/schema/job-status.ts";
import type { DeploymentStore } from "../../core/deployment.ts";
import type { RepositoryRecord, RepositoryStore } from "../../core/git-repository.ts";
import type { PipelineStore } from "../../core/pipeline-run.ts";
import { type BadgeState, drawBadge } from "./draw-badge.ts";

export interface BadgePorts {
    readonly repositories: Pick<RepositoryStore, "findByStack" | "list">;
    readonly pipelines: Pick<PipelineStore, "list">;
    readonly deployments: Pick<DeploymentStore, "list">;
    readonly hash: (text: string) => string;
}

/** How many of the newest runs are looked at for one that says something: a cancelled one does not. */
const looksBack = 20;

/**
 * Where a stack's badge is, below this server's address: whoever knows it may see it. Empty where the stack is not
 * connected (any more), whose runs can still be looked at.
 */
export async function findBadge(ports: Pick<BadgePorts, "repositories" | "hash">, stack: string): Promise<string> {
    const repository = await ports.repositories.findByStack(stack);
    return repository === undefined ? "" : `/api/v1/badges/${tokenOf(ports, repository)}.svg`;
}

/**
 * The badge of a branch, or of the stack's own: how its newest run ended, or its newest deployment where it has no runs.
 * Throws `not_found`, with the same words for every unknown token.
 */
export async function readBadge(
    ports: BadgePorts,
    { token, branch }: { readonly token: string; readonly branch?: string | undefined },
): Promise<string> {
    const repository = (await ports.repositories.list()).find((one) => isSame(tokenOf(ports, one), token));
    if (repository === undefined) {
        throw new AppError("not_found", "badge: there is none here; copy its address from the stack's pipeline page");
    }
    return drawBadge(await findState(ports, repository.stackId, branch ?? repository.branch));
}

/** Half of a keyed hash: nobody can guess it, and it gives nothing away. */
function tokenOf({ hash }: Pick<BadgePorts, "hash">, { id }: Pick<RepositoryRecord, "id">): string {
    return hash(`badge of ${id}`).slice(0, 32);
}

function isSame(known: string, given: string): boolean {
    const [a, b] = [Buffer.from(known), Buffer.from(given)];
    return a.length === b.length && timingSafeEqual(a, b);
}

async function findState(
    { pipelines, deployments }: BadgePorts,
    stack: string,
    branch: string,
): Promise<{ readonly label: string; readonly state: BadgeState }> {
    const runs = await pipelines.list(stack, { branch, limit: looksBack });
    if (runs.length > 0) {
        return { label: "pipeline", state: newestState(runs.map(({ status }) => pipelineStates[status])) };
    }
    const deployed = (await deployments.list(stack, looksBack)).filter((one) => one.branch === branch);
    return { label: "deployment", state: newestState(deployed.map(({ status }) => deploymentStates[status])) };
}

function newestState(states: readonly (BadgeState | undefined)[]): BadgeState {
    return states.find((state) => state !== undefined) ?? "unknown";
}

const pipelineStates: Readonly<Record<JobStatus, BadgeState | undefined>> = {
    pending: "running",
    running: "running",
    success: "passing",
    failed: "failing",
    cancelled: undefined,
    skipped: undefined,
};

const deploymentStates: Readonly<Record<DeploymentStatus, BadgeState | undefined>> = {
    pending: "running",
    building: "running",
    deploying: "running",
    successful: "passing",
    failed: "failing",
    rolled_back: "failing",
    cancelled: undefined,
};
