import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import { openTable } from "../../../platform/sqlite/table.ts";
import { adoptedPrefix, type LoginPlace, type LoginSessionStore } from "../../core/login-session.ts";

const tableName = "login_sessions";
const useNotedEveryMilliseconds = 60_000;
const endedKeptMilliseconds = 30 * 24 * 3_600_000;
const keptPerPerson = 500;
const maxUserAgent = 255;
const maxAddress = 64;
const text = z.string().optional();

const columns = z.object({
    id: z.string(),
    userId: z.int(),
    createdAt: z.string(),
    lastUsedAt: z.string(),
    address: z.string(),
    userAgent: z.string(),
    expiresAt: text,
    revokedAt: text,
});

const Ids = z.array(z.object({ id: z.string() }));

interface LoginSessionStorePorts {
    readonly database: Database;
    readonly now: () => Date;
}

/** Logins in SQLite. `now` tells the time. */
export function createLoginSessionStore(ports: LoginSessionStorePorts): LoginSessionStore {
    const { knex } = ports.database;
    const table = openTable(ports.database, tableName, columns);
    const sessions = () => knex(tableName);
    const time = (millisecondsAgo = 0): string => timeBefore(ports.now(), millisecondsAgo);
    const findByHash: LoginSessionStore["findByHash"] = (tokenHash) => table.find("token_hash = ?", [tokenHash]);

    return {
        ...ending(ports),
        findByHash,
        async create({ tokenHash, ...given }) {
            const record = { ...given, ...cut(given), createdAt: time(), lastUsedAt: time() };
            const row = { ...table.toRow(record), token_hash: tokenHash };
            await orUnavailable(sessions().insert(row).onConflict("token_hash").ignore());
            const created = await findByHash(tokenHash);
            return created ?? Promise.reject(new AppError("unavailable", "The login could not be stored; try again"));
        },
        listOpen: (userId) =>
            table.list(
                "user_id = ? and revoked_at is null and (expires_at is null or expires_at > ?) " +
                    "order by last_used_at desc, id",
                [userId, time()],
            ),
        async markUsed(id, place) {
            const used = table.toRow({ lastUsedAt: time(), ...(place === undefined ? {} : cut(place)) });
            const due = sessions().where({ id }).andWhere("last_used_at", "<=", time(useNotedEveryMilliseconds));
            await orUnavailable(due.update(used));
        },
    };
}

type Ending = "stillOpen" | "revoke" | "revokeOthers" | "forget" | "setLifetime" | "clean";

function ending({ database: { knex }, now }: LoginSessionStorePorts): Pick<LoginSessionStore, Ending> {
    const sessions = () => knex(tableName);
    const time = (millisecondsAgo = 0): string => timeBefore(now(), millisecondsAgo);
    const open = () =>
        sessions()
            .whereNull("revoked_at")
            .andWhere((lasting) => lasting.whereNull("expires_at").orWhere("expires_at", ">", time()));

    return {
        async stillOpen(ids) {
            const rows: unknown = await orUnavailable(
                open()
                    .whereIn("id", [...ids])
                    .select("id"),
            );
            return new Set(Ids.parse(rows).map(({ id }) => id));
        },
        revoke: async (userId, id) =>
            (await orUnavailable(open().andWhere({ id, user_id: userId }).update({ revoked_at: time() }))) > 0,
        async revokeOthers(userId, keptId = "") {
            const others = open().andWhere({ user_id: userId }).andWhereNot({ id: keptId });
            await orUnavailable(others.update({ revoked_at: time() }));
        },
        async forget(userId) {
            await orUnavailable(sessions().where({ user_id: userId }).delete());
        },
        async setLifetime(days) {
            const end = knex.raw("strftime('%Y-%m-%dT%H:%M:%fZ', created_at, ?)", [`+${days ?? 0} days`]);
            const change = { expires_at: days === undefined ? null : end };
            await orUnavailable(sessions().whereNull("revoked_at").update(change));
        },
        async clean() {
            const longAgo = time(endedKeptMilliseconds);
            await orUnavailable(knex.raw(cleaning, [`${adoptedPrefix}%`, longAgo, longAgo, keptPerPerson]));
        },
    };
}

function timeBefore(now: Date, milliseconds: number): string {
    return new Date(now.getTime() - milliseconds).toISOString();
}

/** What a client says of itself may be of any length. */
function cut({ address, userAgent }: LoginPlace): LoginPlace {
    return { address: address.slice(0, maxAddress), userAgent: userAgent.slice(0, maxUserAgent) };
}

const cleaning =
    `delete from ${tableName} where id not like ? and (revoked_at < ? or expires_at < ? or id in (select id from ` +
    "(select id, row_number() over (partition by user_id order by last_used_at desc, id) as place " +
    `from ${tableName}) where place > ?))`;
