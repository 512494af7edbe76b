import type { Knex } from "knex";
import { z } from "zod";
import { GitProvider } from "../../../../common/schema/git-repository.ts";
import { SentAnswer, WebhookVerdict } from "../../../../common/schema/webhook-event.ts";
import { randomId } from "../../../platform/crypto/random-id.ts";
import { flag, json } from "../../../platform/sqlite/columns.ts";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import type { Statements } from "../../../platform/sqlite/group-commit.ts";
import { openTable } from "../../../platform/sqlite/table.ts";
import type { Clock } from "../../core/clock.ts";
import type {
    NewestDelivery,
    NewWebhookEvent,
    WebhookEventRecord,
    WebhookEventStore,
} from "../../core/webhook-event.ts";
import { pageBefore } from "./page.ts";

const tableName = "webhook_events";
const keptPerRepository = 500;
const dropping = `
    delete from ${tableName} where repository_id = ? and seq <= (
        select seq from ${tableName} where repository_id = ? order by seq desc limit 1 offset ?
    )`;
const text = z.string().optional();

const columns = z.object({
    id: z.string(),
    repositoryId: z.string(),
    stackId: z.string(),
    provider: GitProvider,
    eventType: z.string(),
    deliveryId: text,
    payload: json(z.unknown()).optional(),
    headers: json(z.record(z.string(), z.string()).readonly()),
    signature: text,
    verified: flag,
    processed: flag,
    verdict: WebhookVerdict,
    reason: text,
    deploymentId: text,
    receivedAt: z.string(),
    processedAt: text,
    error: text,
    answer: json(SentAnswer.readonly()).optional(),
    durationMilliseconds: z.number().optional(),
});

const newestColumns = z.array(
    columns
        .pick({ repositoryId: true, receivedAt: true, verdict: true })
        .transform(({ repositoryId, ...delivery }) => [repositoryId, delivery] as const),
);

/** Webhook deliveries in SQLite, the newest 500 of each repository. */
export function createWebhookEventStore(ports: {
    readonly database: Database;
    readonly clock: Clock;
}): WebhookEventStore {
    const { knex } = ports.database;
    const table = openTable(ports.database, tableName, columns);
    const deliveriesOf = table.prepare(
        "repository_id = ? and delivery_id = ? and deployment_id is not null order by seq desc limit 1",
    );
    const dropOld = createDropOld();
    const withPayload = (record: z.output<typeof columns>): WebhookEventRecord => ({
        ...record,
        payload: record.payload ?? null,
    });

    return {
        async createAll(events, seal) {
            const now = ports.clock.now().toISOString();
            const ids = events.map(() => randomId());
            const sealed = ids[0] === undefined ? undefined : seal?.(ids[0]);
            const records = events.map((event, index) => newRecord({ ...event, ...sealed }, now, ids[index]));
            const storing = ports.database.together.write((statements) => {
                records.forEach((record) => {
                    table.insert(statements, record);
                    dropOld(statements, record.repositoryId);
                });
            });
            await orUnavailable(storing);
            return records;
        },
        async find(id) {
            const found = await table.find("id = ?", [id]);
            return found === undefined ? undefined : withPayload(found);
        },
        async list(stackId, limit, cursor) {
            const page = pageBefore(knex, tableName, cursor).where({ stack_id: stackId }).limit(limit);
            const rows: unknown = await orUnavailable(page);
            return z.array(z.unknown()).parse(rows).map(table.fromRow).map(withPayload);
        },
        async findDelivery(repositoryId, deliveryId) {
            const values = [repositoryId, deliveryId];
            const reading = ports.database.together.read((statements) => deliveriesOf(statements, values));
            const [found] = await orUnavailable(reading);
            return found === undefined ? undefined : withPayload(found);
        },
        newest: () => newestDeliveries(knex),
    };
}

async function newestDeliveries(knex: Knex): Promise<ReadonlyMap<string, NewestDelivery>> {
    const newest = knex(tableName).max("seq").groupBy("repository_id");
    const rows: unknown = await orUnavailable(
        knex(tableName)
            .select({ repositoryId: "repository_id", receivedAt: "received_at", verdict: "verdict" })
            .whereIn("seq", newest),
    );
    return new Map(newestColumns.parse(rows));
}

function newRecord(event: NewWebhookEvent, now: string, id = randomId()): WebhookEventRecord {
    return { ...event, id, receivedAt: now, processedAt: event.processed ? now : undefined };
}

/** Drops what is too old of a repository, once for all that one group of works stores. */
function createDropOld(): (statements: Statements, repositoryId: string) => void {
    const known = new WeakMap<Statements, Set<string>>();
    return (statements, repositoryId) => {
        const repositories = known.get(statements) ?? new Set();
        known.set(statements, repositories);
        if (!repositories.has(repositoryId)) {
            repositories.add(repositoryId);
            statements.atEnd(() => statements.run(dropping, [repositoryId, repositoryId, keptPerRepository]));
        }
    };
}
