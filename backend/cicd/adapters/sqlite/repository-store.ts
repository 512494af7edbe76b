import { z } from "zod";
import { GitAuthType, GitCredentials, GitProvider } from "../../../../common/schema/git-repository.ts";
import type { Cipher } from "../../../platform/crypto/cipher.ts";
import { randomId } from "../../../platform/crypto/random-id.ts";
import { encrypted, flag, json } from "../../../platform/sqlite/columns.ts";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import { firstRow, openTable } from "../../../platform/sqlite/table.ts";
import type { Clock } from "../../core/clock.ts";
import type { NewRepository, RepositoryStore } from "../../core/git-repository.ts";

const tableName = "git_repositories";

/** A record's columns; credentials are encrypted as JSON, the webhook's secret as it is. */
function columns(cipher: Cipher) {
    const texts = json(z.array(z.string()).readonly());
    return z.object({
        id: z.string(),
        stackId: z.string(),
        url: z.string(),
        branch: z.string(),
        authType: GitAuthType,
        credentials: encrypted(cipher).pipe(json(GitCredentials)).optional(),
        webhookSecret: encrypted(cipher),
        provider: GitProvider,
        autoSync: flag,
        pollIntervalSeconds: z.int(),
        paths: texts,
        aliases: texts,
        allowPrivateHost: flag,
        lastSyncedAt: z.string().optional(),
        lastSyncedCommit: z.string().optional(),
        hostKey: z.string().optional(),
        publicKey: z.string().optional(),
        knownRefs: json(z.record(z.string(), z.string()).readonly()).optional(),
        lastPolledAt: z.string().optional(),
        lastPollError: z.string().optional(),
        createdAt: z.string(),
        updatedAt: z.string(),
    });
}

/** All but the refs, which may be very many, and are asked for one repository at a time. */
function listedColumns(schema: ReturnType<typeof columns>): string {
    const fields = Object.keys(schema.shape).filter((field) => field !== "knownRefs");
    return fields.map((field) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)).join(", ");
}

/** Git repositories in SQLite. */
export function createRepositoryStore(ports: {
    readonly database: Database;
    readonly cipher: Cipher;
    readonly clock: Clock;
}): RepositoryStore {
    const { knex } = ports.database;
    const schema = columns(ports.cipher);
    const table = openTable(ports.database, tableName, schema);
    const listAll = table.prepare("1 = 1 order by stack_id", listedColumns(schema));

    /** A row for a stack's first repository, and which of its columns replace those of an older one. */
    function rowFor(repository: NewRepository) {
        const id = randomId();
        const now = ports.clock.now().toISOString();
        const given = table.toRow({
            credentials: undefined,
            hostKey: undefined,
            publicKey: undefined,
            ...repository,
            updatedAt: now,
        });
        const initial = { ...given, id, webhook_url: webhookPath(repository.provider, id), created_at: now };
        return { initial, replaced: Object.keys(given) };
    }

    return {
        find: (id) => table.find("id = ?", [id]),
        findByStack: (stackId) => table.find("stack_id = ?", [stackId]),
        list: () => orUnavailable(ports.database.together.read((statements) => listAll(statements, []))),
        async save(repository) {
            const { initial, replaced } = rowFor(repository);
            await forgetPolls(ports.database, repository);
            const rows: unknown = await orUnavailable(
                knex(tableName).insert(initial).onConflict("stack_id").merge(replaced).returning("*"),
            );
            const saved = table.fromRow(firstRow(rows));
            await orUnavailable(
                knex(tableName)
                    .where({ id: saved.id })
                    .update({ webhook_url: webhookPath(saved.provider, saved.id) }),
            );
            return saved;
        },
        markSynced: (id, commit) =>
            table.change(id, { lastSyncedAt: ports.clock.now().toISOString(), lastSyncedCommit: commit }),
        markPolled: (id, result) =>
            table.change(id, {
                lastPolledAt: ports.clock.now().toISOString(),
                ...("error" in result
                    ? { lastPollError: result.error }
                    : { knownRefs: result.knownRefs, lastPollError: undefined }),
            }),
        pinHostKey: (id, hostKey) => table.change(id, { hostKey }),
        async delete(stackId) {
            await orUnavailable(knex(tableName).where({ stack_id: stackId }).delete());
        },
    };
}

/** The hook's path below the server's public address, which may change. */
function webhookPath(provider: string, id: string): string {
    return `/api/webhooks/${provider}/${id}`;
}

/** What polls saw of another address says nothing about this one. */
async function forgetPolls({ knex }: Database, { stackId, url }: NewRepository): Promise<void> {
    await orUnavailable(
        knex(tableName)
            .where({ stack_id: stackId })
            .whereNot({ url })
            .update({ known_refs: null, last_polled_at: null, last_poll_error: null }),
    );
}
