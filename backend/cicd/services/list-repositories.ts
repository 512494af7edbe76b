import type { ConnectedRepository, ConnectedStack } from "../../../common/schema/connected-repository.ts";
import type { PageQuery } from "../../../common/schema/page.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { addressKey } from "../core/git-address.ts";
import { viewRepository, type RepositoryRecord, type RepositoryStore } from "../core/git-repository.ts";
import type { NewestDelivery, WebhookEventStore } from "../core/webhook-event.ts";
import type { MutablePage } from "./page.ts";

export interface RepositoryListPorts {
    readonly repositories: Pick<RepositoryStore, "list">;
    readonly buildConfigs: Pick<BuildConfigStore, "list">;
    readonly deployments: Pick<DeploymentStore, "latest">;
    readonly events: Pick<WebhookEventStore, "newest">;
    readonly baseUrl: string;
}

interface Known {
    readonly composePaths: ReadonlyMap<string, string | null>;
    readonly latest: ReadonlyMap<string, DeploymentRecord>;
    readonly deliveries: ReadonlyMap<string, NewestDelivery>;
    readonly baseUrl: string;
}

/**
 * Every address that stacks are connected to, with its stacks by name; ordered by each one's first stack, whose name is
 * the cursor.
 */
export async function listRepositories(
    ports: RepositoryListPorts,
    { limit, cursor }: PageQuery,
): Promise<MutablePage<ConnectedRepository>> {
    const groups = groupByAddress(await ports.repositories.list()).filter(
        ([first]) => cursor === undefined || first.stackId > cursor,
    );
    const shown = groups.slice(0, limit);
    const known = await readKnown(ports);
    const items = shown.map((group) => ({
        url: group[0].url,
        provider: group[0].provider,
        stacks: group.map((record) => viewStack(record, known)),
    }));
    return { items, nextCursor: groups.length > limit ? (shown.at(-1)?.[0].stackId ?? null) : null };
}

type Group = [RepositoryRecord, ...RepositoryRecord[]];

function groupByAddress(records: readonly RepositoryRecord[]): readonly Group[] {
    const groups = new Map<string, Group>();
    for (const record of records.toSorted((a, b) => (a.stackId < b.stackId ? -1 : 1))) {
        const key = addressKey(record.url) ?? record.url;
        const group = groups.get(key);
        if (group === undefined) {
            groups.set(key, [record]);
        } else {
            group.push(record);
        }
    }
    return [...groups.values()];
}

async function readKnown(ports: RepositoryListPorts): Promise<Known> {
    const [configs, latest, deliveries] = await Promise.all([
        ports.buildConfigs.list(),
        ports.deployments.latest(),
        ports.events.newest(),
    ]);
    const composePaths = new Map(configs.map(({ stackId, composePath }) => [stackId, composePath ?? null]));
    return { composePaths, latest, deliveries, baseUrl: ports.baseUrl };
}

function viewStack(record: RepositoryRecord, known: Known): ConnectedStack {
    const deployment = known.latest.get(record.stackId);
    const delivery = known.deliveries.get(record.id);
    return {
        stack: record.stackId,
        branch: record.branch,
        composePath: known.composePaths.get(record.stackId) ?? null,
        paths: [...record.paths],
        webhookUrl: viewRepository(record, known.baseUrl).webhookUrl,
        lastSyncedAt: record.lastSyncedAt,
        lastSyncedCommit: record.lastSyncedCommit,
        lastPolledAt: record.lastPolledAt,
        lastPollError: record.lastPollError,
        latestDeployment: deployment && { id: deployment.id, status: deployment.status },
        lastDeliveryAt: delivery?.receivedAt,
        lastDeliveryVerdict: delivery?.verdict,
    };
}
