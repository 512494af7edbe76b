import { AppError } from "../../../common/errors.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import type { Clock } from "../core/clock.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { viewRepository, type RepositoryRecord, type RepositoryStore } from "../core/git-repository.ts";
import type { RemoteRefs } from "../core/git.ts";
import { asFailure } from "../core/failure.ts";
import type { Host } from "../core/host.ts";
import type { Metrics } from "../core/metrics.ts";
import { pollCandidates, refsOf, whyNotAgain, type SeenRefs } from "../core/poll-rules.ts";
import { type StackStateStore, whyPinned } from "../core/stack-state.ts";
import type { Enqueue } from "./enqueue-deployment.ts";
import { findPin } from "./find-pin.ts";
import type { EnqueuePipeline } from "./pipelines/enqueue-pipeline.ts";
import { runChangedBranches } from "./pipelines/run-pipelines.ts";

export interface FollowPorts {
    readonly repositories: RepositoryStore;
    readonly buildConfigs: Pick<BuildConfigStore, "findByStack">;
    readonly deployments: Pick<DeploymentStore, "findLive" | "list" | "listActive" | "listAttempts">;
    readonly stackStates: Pick<StackStateStore, "findPin">;
    readonly host: Pick<Host, "push">;
    readonly metrics: Pick<Metrics, "repositoryPolled">;
    readonly clock: Clock;
    readonly enqueue: Enqueue;
    readonly enqueuePipeline: EnqueuePipeline;
    /** This server's public address, without a trailing slash. */
    readonly baseUrl: string;
    /** Something that the server's log should tell. */
    readonly onNotice: (message: string) => void;
}

/** What was found. Either a deployment was queued, or the reason tells why not. */
export interface Followed {
    /** The commit at the head of the stack's branch. */
    readonly head: string;
    readonly deployment?: DeploymentRecord | undefined;
    readonly reason?: string | undefined;
}

/**
 * Compares what a remote answered with what a stack has seen and deployed, queues what is new, and writes down what was
 * seen. Throws `invalid` where the stack's branch is gone.
 */
export async function followRemote(
    ports: FollowPorts,
    repository: RepositoryRecord,
    refs: RemoteRefs,
    user?: string,
): Promise<Followed> {
    const seen = refsOf(refs);
    const head = seen[`refs/heads/${repository.branch}`];
    if (head === undefined) {
        throw new AppError(
            "invalid",
            `branch: "${repository.branch}" does not exist in the repository any more; push it, or choose another`,
            { details: { errorCode: "branch_missing" } },
        );
    }
    const pin = await findPin(ports, repository.stackId);
    const outcome = pin === undefined ? await deployNewest(ports, repository, seen, user) : { reason: whyPinned(pin) };
    await runChangedBranches(ports, repository, seen);
    // What was seen comes last: a crash before it makes the next poll look again. What comes while the stack is pinned
    // is still new afterwards.
    const knownRefs = (pin && repository.knownRefs) ?? seen;
    await ports.repositories.markPolled(repository.id, { knownRefs });
    await ports.repositories.markSynced(repository.id, head);
    if (repository.lastPollError !== undefined) {
        ports.onNotice(`Polling ${repository.url} for the stack ${repository.stackId} works again.`);
    }
    ports.metrics.repositoryPolled("deployment" in outcome && outcome.deployment ? "deployed" : "unchanged");
    await announce(ports, repository.id);
    return { head, ...outcome };
}

/** Writes down why a poll failed, and says it once. */
export async function notePollFailure(ports: FollowPorts, repository: RepositoryRecord, error: unknown): Promise<void> {
    const { message } = asFailure(error);
    await ports.repositories.markPolled(repository.id, { error: message });
    if (repository.lastPollError !== message) {
        ports.onNotice(`Polling ${repository.url} for the stack ${repository.stackId} failed: ${message}`);
    }
    ports.metrics.repositoryPolled("failed");
    await announce(ports, repository.id);
}

async function announce(ports: FollowPorts, id: string): Promise<void> {
    const repository = await ports.repositories.find(id);
    if (repository !== undefined) {
        const view = viewRepository(repository, ports.baseUrl);
        ports.host.push("gitRepositoryUpdate", { stackName: repository.stackId, repository: view });
    }
}

async function deployNewest(
    ports: FollowPorts,
    repository: RepositoryRecord,
    seen: SeenRefs,
    user: string | undefined,
): Promise<Omit<Followed, "head">> {
    const stack = repository.stackId;
    const buildConfig = await ports.buildConfigs.findByStack(stack);
    if (buildConfig?.autoDeployOnPush !== true) {
        return { reason: "autoDeployOnPush is off" };
    }
    const [latest] = await ports.deployments.list(stack, 1);
    const rules = { ...buildConfig, branch: repository.branch, paths: repository.paths };
    const candidates = pollCandidates({ known: repository.knownRefs, seen, rules, latest });
    let reason: string | undefined;
    for (const candidate of candidates) {
        const why = whyNotAgain(candidate, {
            live: await ports.deployments.findLive(stack),
            active: await ports.deployments.listActive(stack),
            attempts: await ports.deployments.listAttempts(stack, candidate.commit),
            now: ports.clock.now(),
        });
        if (why === undefined) {
            const { ref, commit } = candidate;
            const given = { repository, buildConfig, ref, commit, triggeredBy: "scheduled" as const, user };
            return { deployment: (await ports.enqueue(given)).deployment };
        }
        reason ??= why;
    }
    return { reason: reason ?? "nothing that the stack's rules deploy has changed" };
}
