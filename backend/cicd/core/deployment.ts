import type {
    DeployedImage,
    DeployedMachine,
    Deployment,
    DeploymentErrorCode,
    DeploymentPhase,
    DeploymentStatus,
    PhaseTime,
    RefreshImage,
    TriggerType,
} from "../../../common/schema/deployment.ts";
import type { JobRecord, NewPipeline } from "./pipeline-run.ts";

/** Which status may follow which. What is missing here ends in itself. */
export const transitions = {
    pending: ["building", "deploying", "failed", "cancelled"],
    building: ["deploying", "failed", "cancelled"],
    deploying: ["successful", "failed", "rolled_back", "cancelled"],
    successful: [],
    failed: [],
    rolled_back: [],
    cancelled: [],
} as const satisfies Record<DeploymentStatus, readonly DeploymentStatus[]>;

/** Whether a deployment may go from one status to another. */
export function canTransition(from: DeploymentStatus, to: DeploymentStatus): boolean {
    const followers: readonly DeploymentStatus[] = transitions[from];
    return followers.includes(to);
}

/** Whether nothing can follow. */
export function isTerminal(status: DeploymentStatus): boolean {
    return transitions[status].length === 0;
}

/** The statuses of a deployment that waits or runs. */
export const activeStatuses = ["pending", "building", "deploying"] as const satisfies readonly DeploymentStatus[];

/** A machine that a deployment reaches, as its row has it. */
export interface MachineOfRun extends DeployedMachine {
    /** The release that it ran before, and goes back to where the deployment fails. */
    readonly before?: string | undefined;
}

/** A deployment as the stores keep it. Times in ISO 8601 UTC. */
export interface DeploymentRecord {
    readonly id: string;
    readonly stackId: string;
    readonly buildConfigId: string;
    readonly repositoryId: string;
    /** The full hash once fetched; before that what was asked for, or "" where only the branch is known. */
    readonly commitSha: string;
    readonly commitMessage?: string | undefined;
    readonly commitAuthor?: string | undefined;
    readonly branch: string;
    readonly tag?: string | undefined;
    readonly status: DeploymentStatus;
    readonly phase: DeploymentPhase;
    readonly phases: readonly PhaseTime[];
    readonly createdAt: string;
    readonly startedAt?: string | undefined;
    readonly completedAt?: string | undefined;
    readonly error?: string | undefined;
    readonly errorCode?: DeploymentErrorCode | undefined;
    readonly note?: string | undefined;
    readonly triggeredBy: TriggerType;
    readonly triggeredByUser?: string | undefined;
    /** The deployment whose release this one restores; set for every rollback, by hand or automatic. */
    readonly previousDeploymentId?: string | undefined;
    /** The failed deployment that an automatic rollback repairs. */
    readonly rollbackOf?: string | undefined;
    readonly supersededBy?: string | undefined;
    readonly images: readonly DeployedImage[];
    /** The machines that it reaches, in turn; empty until it applies. */
    readonly machines: readonly MachineOfRun[];
    readonly approvalRequestedAt?: string | undefined;
    readonly approvedAt?: string | undefined;
    readonly approvedBy?: string | undefined;
    /**
     * The images whose push to a registry asked for this deployment; they are pulled again. Such a deployment brings no
     * commit of its own: it deploys the one that is live when it runs.
     */
    readonly refreshImages?: readonly RefreshImage[] | undefined;
    readonly cancelRequestedAt?: string | undefined;
    readonly cancelReason?: string | undefined;
    readonly attempt: number;
    readonly leaseOwner?: string | undefined;
    readonly leaseExpiresAt?: string | undefined;
    readonly buildLogs?: string | undefined;
    readonly deploymentLogs?: string | undefined;
    /** The pipeline that ran for it; the run's own row tells what it belongs to. */
    readonly pipelineId?: string | undefined;
}

/**
 * Whether it is built and waits for a person's approval. Nobody works on it: its lease and its stack are free, and it
 * goes on from its kept release once it is approved.
 */
export function awaitsApproval(record: Pick<DeploymentRecord, "status" | "phase" | "approvedAt">): boolean {
    return record.status === "building" && record.phase === "approval" && record.approvedAt === undefined;
}

/** The fields that a running deployment may change without changing its status. */
export type DeploymentChange = Partial<
    Pick<
        DeploymentRecord,
        | "commitSha"
        | "commitMessage"
        | "commitAuthor"
        | "phase"
        | "phases"
        | "startedAt"
        | "completedAt"
        | "error"
        | "errorCode"
        | "note"
        | "supersededBy"
        | "images"
        | "machines"
        | "approvalRequestedAt"
        | "refreshImages"
        | "pipelineId"
        | "attempt"
        | "buildLogs"
        | "deploymentLogs"
    >
>;

export type NewDeployment = Pick<
    DeploymentRecord,
    "stackId" | "buildConfigId" | "repositoryId" | "commitSha" | "branch" | "tag" | "triggeredBy"
> &
    Partial<
        Pick<
            DeploymentRecord,
            | "commitMessage"
            | "commitAuthor"
            | "triggeredByUser"
            | "previousDeploymentId"
            | "rollbackOf"
            | "images"
            | "machines"
            | "refreshImages"
            | "note"
        >
    > & {
        /** `pending` unless it records what already runs (release 0). */
        readonly status?: "pending" | "successful";
        /** False where what it records runs on one machine, while another deployment is the stack's live one. */
        readonly live?: boolean;
    };

/** What of a stack's queue decides about one more deployment. Records of `active` have no tails of their logs. */
export interface QueueView {
    /** All rows of the stack that wait or run, oldest first. */
    readonly active: readonly DeploymentRecord[];
    /** The `successful` one that went live last. */
    live(): DeploymentRecord | undefined;
}

/** A row that is there already, or a new one in the place of rows that wait. */
export type QueueDecision =
    | { readonly same: DeploymentRecord }
    | {
          readonly create: NewDeployment;
          /** Rows that are `pending` or wait for approval; they are `cancelled` as superseded. */
          readonly replaced: readonly DeploymentRecord[];
          readonly reason: string;
          /** A run of its pipeline that is made in the same step: whoever takes the deployment finds it. */
          readonly pipeline?: NewPipeline | undefined;
      };

export interface Queued {
    readonly deployment: DeploymentRecord;
    readonly created: boolean;
    /** The new rows of those that were cancelled. */
    readonly cancelled: readonly DeploymentRecord[];
}

/** Deployments in the database. A row is the job: no other queue exists. */
export interface DeploymentStore {
    /** Inserts a row, `pending` or (release 0) `successful` with phase `done` and completed now, and answers it. */
    create(deployment: NewDeployment): Promise<DeploymentRecord>;
    /** Looks at a stack's queue and changes it in one step: nobody ever sees two that wait, nothing comes in between. */
    queue(stackId: string, decide: (view: QueueView) => QueueDecision): Promise<Queued>;
    find(id: string): Promise<DeploymentRecord | undefined>;
    /** Newest first; `cursor` is the `id` of the last row of the page before. */
    list(stackId: string, limit: number, cursor?: string): Promise<readonly DeploymentRecord[]>;
    /** Of every stack the newest deployment. */
    latest(): Promise<ReadonlyMap<string, DeploymentRecord>>;
    /** Every row of a stack for one commit, on any ref, newest first (the last 100). */
    listAttempts(stackId: string, commitSha: string): Promise<readonly DeploymentRecord[]>;
    /** All rows that wait or run, oldest first. */
    listActive(stackId?: string): Promise<readonly DeploymentRecord[]>;
    /**
     * The deployment that went live last: what the stack runs. Undefined where none did. Not the newest row: one that
     * waited is older than the rollback of the one before it.
     */
    findLive(stackId: string): Promise<DeploymentRecord | undefined>;
    /**
     * Changes the status where it still is `from`, in one UPDATE, together with `change`.
     * Answers the new row, or undefined when another got there first. Throws where the table forbids the transition.
     */
    transition(
        id: string,
        from: DeploymentStatus,
        to: DeploymentStatus,
        change?: DeploymentChange,
    ): Promise<DeploymentRecord | undefined>;
    /** Changes fields of a row that still has the status `from`; undefined when it has another. */
    update(id: string, from: DeploymentStatus, change: DeploymentChange): Promise<DeploymentRecord | undefined>;
    /** Notes who approved a row that waits for approval; undefined when it does not wait (any more). */
    approve(id: string, by: string): Promise<DeploymentRecord | undefined>;
    /** Ends a row that waits for approval as `cancelled`; undefined when it does not wait (any more). */
    endWaiting(
        id: string,
        end: Pick<DeploymentRecord, "error" | "errorCode" | "supersededBy">,
    ): Promise<DeploymentRecord | undefined>;
    /**
     * Takes the oldest row that was approved, else the oldest that is `pending`, whose stack has no leased one, and gives it
     * this owner's lease; what was to be restored before the approval comes first;
     * undefined when there is none. Rows of an automatic rollback (`rollbackOf`) are never taken: they run inside the
     * failed one's lease. A row that waits for approval keeps nobody from being taken.
     */
    claim(owner: string, leaseSeconds: number): Promise<DeploymentRecord | undefined>;
    /** Extends the lease; false when it was lost. */
    heartbeat(id: string, owner: string, leaseSeconds: number): Promise<boolean>;
    /** The automatic rollback of a failed deployment, where one was begun. */
    findRollbackOf(failedId: string): Promise<DeploymentRecord | undefined>;
    /**
     * Takes over the leases of rows that run but whose owner is gone, oldest first: recovery. Those that wait for
     * approval, or were approved, are left to `claim`.
     */
    takeOver(owner: string, leaseSeconds: number): Promise<readonly DeploymentRecord[]>;
    release(id: string, owner: string): Promise<void>;
    /** Notes that a cancel was asked for; false when the row has already ended. */
    requestCancel(id: string, reason: string): Promise<boolean>;
}

/** What of a record the outside sees. */
export function viewDeployment(
    record: DeploymentRecord,
    context: {
        readonly live?: Pick<DeploymentRecord, "id" | "previousDeploymentId"> | undefined;
        readonly keptReleases: ReadonlySet<string>;
        /** Those of its pipeline, in order. */
        readonly jobs?: readonly JobRecord[] | undefined;
    },
): Deployment {
    const { cancelRequestedAt, cancelReason, attempt, leaseOwner, leaseExpiresAt, ...visible } = record;
    return {
        ...visible,
        startedAt: record.startedAt ?? record.createdAt,
        duration: durationSeconds(record),
        phases: [...record.phases],
        images: [...record.images],
        machines: record.machines.map(({ before: _before, ...machine }) => machine),
        refreshImages: record.refreshImages && [...record.refreshImages],
        jobs: (context.jobs ?? []).map(viewJob),
        canRollBack:
            record.status === "successful" &&
            context.keptReleases.has(record.id) &&
            record.id !== (context.live?.previousDeploymentId ?? context.live?.id),
        live: record.id === context.live?.id,
    };
}

function viewJob(job: JobRecord): Deployment["jobs"][number] {
    const { id, name, stage, status, exitCode } = job;
    return { id, name, stage, status, duration: durationSeconds(job), exitCode };
}

/** Seconds from the start to the end; undefined while it runs. */
export function durationSeconds(record: Pick<DeploymentRecord, "startedAt" | "completedAt">): number | undefined {
    if (record.startedAt === undefined || record.completedAt === undefined) {
        return undefined;
    }
    return (Date.parse(record.completedAt) - Date.parse(record.startedAt)) / 1000;
}
