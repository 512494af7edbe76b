import type { DeploymentErrorCode } from "../../../common/schema/deployment.ts";
import { type DeploymentRecord, isTerminal } from "./deployment.ts";
import type { RemoteRefs } from "./git.ts";
import { newestTag } from "./newest-tag.ts";
import { type PushRules, whyPushIgnored } from "./push-rules.ts";

/** Full ref → commit. */
export type SeenRefs = Readonly<Record<string, string>>;

/** What a poll could deploy. */
export interface PollCandidate {
    readonly ref: { readonly type: "branch" | "tag"; readonly name: string };
    readonly commit: string;
    /** Whether the last poll saw it elsewhere, or not at all. */
    readonly changed: boolean;
}

/** What a stack has to do with a commit already. */
export interface CommitHistory {
    readonly live: DeploymentRecord | undefined;
    readonly active: readonly DeploymentRecord[];
    /** Every deployment of the commit on any ref, newest first. */
    readonly attempts: readonly DeploymentRecord[];
    readonly now: Date;
}

/** Ends that are not the commit's fault: it may be tried again after a while. */
const couldNot: ReadonlySet<DeploymentErrorCode | undefined> = new Set([
    "interrupted",
    "remote_unavailable",
    "engine_unavailable",
    "disk_full",
    "auth_failed",
    "host_key_changed",
]);
const firstPauseMinutes = 5;
const longestPauseMinutes = 360;

export function refsOf(remote: RemoteRefs): SeenRefs {
    return Object.fromEntries<string>([
        ...remote.branches.map(({ name, commit }) => [`refs/heads/${name}`, commit] as const),
        ...remote.tags.map(({ name, commit }) => [`refs/tags/${name}`, commit] as const),
    ]);
}

/**
 * What a poll could deploy, the first that may be is: the head of the stack's own branch, the newest tag, other
 * branches. Of these, tags and other branches only count when they are new or were moved since the last poll (before
 * the first, `known` is undefined, and they are only remembered), or when the stack's last deployment could not do them.
 */
export function pollCandidates(given: {
    readonly known: SeenRefs | undefined;
    readonly seen: SeenRefs;
    readonly rules: PushRules;
    readonly latest: DeploymentRecord | undefined;
}): readonly PollCandidate[] {
    const { known, seen, rules, latest } = given;
    const isOwn = ({ ref }: PollCandidate): boolean => ref.type === "branch" && ref.name === rules.branch;
    const isNew = (candidate: PollCandidate): boolean => candidate.changed && known !== undefined;
    // The rules come last: some take their time, and a repository may have 10⁵ tags.
    const wanted = Object.entries(seen)
        .map(([fullRef, commit]) => candidateOf(fullRef, commit, known))
        .filter((candidate) => isOwn(candidate) || isNew(candidate) || isAgain(candidate, latest))
        .filter((candidate) => whyPushIgnored({ kind: "push", ...candidate }, rules) === undefined);
    const own = wanted.filter(isOwn);
    const newest = newestTag(wanted.filter(({ ref }) => ref.type === "tag").map(({ ref }) => ref.name));
    const tags = wanted.filter((candidate) => candidate.ref.name === newest && candidate.ref.type === "tag");
    const others = wanted.filter((candidate) => candidate.ref.type === "branch" && !isOwn(candidate));
    // A release: the same commit, but the build learns the tag.
    const isRelease = tags[0]?.commit === own[0]?.commit;
    return [...(isRelease ? [...tags, ...own] : [...own, ...tags]), ...others];
}

function candidateOf(fullRef: string, commit: string, known: SeenRefs | undefined): PollCandidate {
    const type = fullRef.startsWith("refs/tags/") ? "tag" : "branch";
    const name = fullRef.replace(/^refs\/(?:heads|tags)\//, "");
    return { ref: { type, name }, commit, changed: known?.[fullRef] !== commit };
}

function isAgain(candidate: PollCandidate, latest: DeploymentRecord | undefined): boolean {
    return (
        latest !== undefined &&
        latest.previousDeploymentId === undefined &&
        latest.commitSha === candidate.commit &&
        isOnRef(latest, candidate) &&
        couldNot.has(latest.errorCode)
    );
}

/** Why a poll leaves a commit alone, for people; undefined where it is to be deployed. */
export function whyNotAgain(candidate: PollCandidate, history: CommitHistory): string | undefined {
    const { live, active, attempts, now } = history;
    const short = candidate.commit.slice(0, 7);
    if (live?.commitSha === candidate.commit) {
        return `${short} is live already`;
    }
    if (active.some((row) => isUnderWay(row, candidate))) {
        return `${short} is being deployed already`;
    }
    const ended = attempts.filter((row) => isTerminal(row.status) && row.previousDeploymentId === undefined);
    const verdict = ended.find((row) => isVerdict(row, candidate));
    if (verdict !== undefined) {
        return `${short} was tried before (${verdict.status}); push another commit, or deploy it by hand`;
    }
    return whyNotYet(
        ended.filter((row) => couldNot.has(row.errorCode) && isOnRef(row, candidate)),
        short,
        now,
    );
}

function isUnderWay(row: DeploymentRecord, candidate: PollCandidate): boolean {
    if (row.previousDeploymentId !== undefined || row.cancelRequestedAt !== undefined) {
        return false;
    }
    return row.commitSha === candidate.commit || (row.commitSha === "" && isOnRef(row, candidate));
}

/** Whether an ended deployment has said no to the commit, whatever its ref, or was the last word on this ref. */
function isVerdict(row: DeploymentRecord, candidate: PollCandidate): boolean {
    if (row.status === "rolled_back") {
        return true;
    }
    if (row.status === "failed") {
        return !couldNot.has(row.errorCode);
    }
    if (row.errorCode === "pinned") {
        return false;
    }
    // One that was replaced before it ran has been told nothing; while its ref stands still, that was meant.
    const wasReplaced = row.errorCode === "superseded" && candidate.changed;
    return isOnRef(row, candidate) && !wasReplaced;
}

/** After 5, 15 and 45 minutes, and so on, at last every six hours: whatever was away comes back some day. */
function whyNotYet(attempts: readonly DeploymentRecord[], short: string, now: Date): string | undefined {
    const [last] = attempts;
    if (last === undefined) {
        return undefined;
    }
    const pauseMinutes = Math.min(firstPauseMinutes * 3 ** (attempts.length - 1), longestPauseMinutes);
    const passed = now.getTime() - Date.parse(last.completedAt ?? last.createdAt);
    // An end that is still to come was written down before the clock was set back.
    const isTooEarly = passed >= 0 && passed < pauseMinutes * 60_000;
    return isTooEarly ? `${short} could not be deployed; it is tried again later` : undefined;
}

function isOnRef(row: DeploymentRecord, { ref }: PollCandidate): boolean {
    return ref.type === "tag" ? row.tag === ref.name : row.tag === undefined && row.branch === ref.name;
}
