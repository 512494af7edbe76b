import type { ReleasePair, ReleaseSummary } from "../../../common/schema/release.ts";

/**
 * The two releases to begin with: the live one, and what ran before it, rather than one that never went live. Undefined
 * where there are no two.
 */
export function firstPair(releases: readonly ReleaseSummary[]): ReleasePair | undefined {
    const byTime = releases.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)));
    const to = byTime.find(({ live }) => live) ?? byTime[0];
    const others = byTime.filter((release) => release !== to);
    const from = others.find(hasRun) ?? others[0];
    return to === undefined || from === undefined ? undefined : { from: from.deploymentId, to: to.deploymentId };
}

/** What ran before the repository was connected has no commit, and was not deployed. */
function hasRun({ deployedAt, commitSha }: ReleaseSummary): boolean {
    return deployedAt !== undefined || commitSha === "";
}

function timeOf({ deployedAt, createdAt }: ReleaseSummary): string {
    return deployedAt ?? createdAt;
}
