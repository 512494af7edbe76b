import type { ReleasePair, ReleaseSummary } from "../../../common/schema/release.ts";

/** The two releases to begin with: the live one, and what ran before it. Undefined where there are no two. */
export function firstPair(releases: readonly ReleaseSummary[]): ReleasePair | undefined {
    const byTime = releases.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)));
    const to = byTime.find(({ live }) => live) ?? byTime[0];
    const from = byTime.find((release) => release !== to);
    return to === undefined || from === undefined ? undefined : { from: from.deploymentId, to: to.deploymentId };
}

function timeOf({ deployedAt, createdAt }: ReleaseSummary): string {
    return deployedAt ?? createdAt;
}

/** Bytes for people: `820 B`, `12 kB`, `3.4 MB`. */
export function formatBytes(bytes: number): string {
    if (bytes < 1000) {
        return `${bytes} B`;
    }
    return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
