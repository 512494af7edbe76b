import type { PageQuery } from "../../../common/schema/page.ts";
import type { ReleaseSummary } from "../../../common/schema/release.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import type { DiskMeter } from "../core/disk-meter.ts";
import { type Release, releaseId, type ReleaseStore } from "../core/release.ts";
import { type MutablePage, pageOf } from "./page.ts";

export interface ListReleasesPorts {
    readonly deployments: Pick<DeploymentStore, "find" | "findLive" | "list">;
    readonly releases: Pick<ReleaseStore, "find" | "list" | "filesDirectory">;
    readonly meter: Pick<DiskMeter, "bytesOf">;
}

/** How far back it is looked when a release went live. */
const history = 200;
const patienceMilliseconds = 20_000;

/** The releases of a stack that are kept, newest first. */
export async function listReleases(
    ports: ListReleasesPorts,
    stack: string,
    { limit, cursor }: PageQuery,
): Promise<MutablePage<ReleaseSummary>> {
    const kept = (await ports.releases.list(stack)).filter((id) => !isImagined(id));
    const ids = kept.slice(cursor === undefined ? 0 : kept.indexOf(cursor) + 1);
    const page = pageOf(
        ids.slice(0, limit + 1).map((id) => ({ id })),
        limit,
    );
    const live = await ports.deployments.findLive(stack);
    const deployedAt = lastDeployed(await ports.deployments.list(stack, history));
    const found = await Promise.all(page.items.map(({ id }) => summarize(ports, id, live)));
    const items = found
        .filter((release) => release !== undefined)
        .map((release) => ({ ...release, deployedAt: deployedAt.get(release.deploymentId) }));
    return { items, nextCursor: page.nextCursor };
}

/** What a preview writes for as long as it looks. */
function isImagined(id: string): boolean {
    return /^(?:copy|preview)-/.test(id);
}

/** Release → when it went live the last time. */
function lastDeployed(rows: readonly DeploymentRecord[]): ReadonlyMap<string, string> {
    const successful = rows.filter(({ status }) => status === "successful");
    return new Map(successful.map((row) => [releaseId(row), row.completedAt ?? row.createdAt] as const).toReversed());
}

async function summarize(
    ports: ListReleasesPorts,
    id: string,
    live: DeploymentRecord | undefined,
): Promise<ReleaseSummary | undefined> {
    const release = await ports.releases.find(id);
    if (release === undefined) {
        return undefined;
    }
    const made = await ports.deployments.find(id);
    return {
        deploymentId: id,
        commitSha: release.commitSha,
        commitMessage: made?.commitMessage,
        commitAuthor: made?.commitAuthor,
        branch: made?.branch,
        tag: made?.tag,
        createdAt: release.createdAt,
        live: live !== undefined && releaseId(live) === id,
        images: [...release.images],
        sizeBytes: await sizeOf(ports, release),
    };
}

/** The files lie in the release's own directory, beside its record. */
async function sizeOf({ releases, meter }: ListReleasesPorts, { deploymentId }: Release): Promise<number> {
    const files = releases.filesDirectory(deploymentId);
    return meter.bytesOf(files.slice(0, files.lastIndexOf("/")), AbortSignal.timeout(patienceMilliseconds));
}
