import knexModule from "knex";
import type { Knex } from "knex";
import { RedBeanNode } from "redbean-node";
import { z } from "zod";
import { createGroupCommit, type GroupCommit } from "./group-commit.ts";

/**
 * One SQLite database: knex for inserts and conditional updates, beans for reads and plain updates, group commits where
 * many come at once.
 */
export interface Database {
    readonly knex: Knex;
    readonly beans: RedBeanNode;
    readonly together: GroupCommit;
    /** Writes the WAL back into the file and closes it. */
    close(): Promise<void>;
}

/** The driver's connection, as far as it is used here. */
const Connection = z.object({ pragma: z.custom<(text: string) => unknown>((value) => typeof value === "function") });

/** Dockge's settings, in the order that matters: `auto_vacuum` takes effect only while the file is empty. */
const pragmas = [
    "auto_vacuum = INCREMENTAL",
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "cache_size = -12000",
    "foreign_keys = ON",
    "busy_timeout = 5000",
];

/** knex prints what it throws as well, to standard output. */
const nothing = (): void => undefined;
const silent = { warn: nothing, error: nothing, debug: nothing, deprecate: nothing };

/** Opens a database file, or `:memory:`; makes the file where there is none. Connects at the first query. */
export function openDatabase(file: string): Database {
    const knex = knexModule({
        client: "better-sqlite3",
        connection: { filename: file },
        useNullAsDefault: true,
        log: silent,
        pool: {
            min: 1,
            max: 1,
            afterCreate(raw: unknown, done: (error: unknown, raw: unknown) => void) {
                done(prepare(raw), raw);
            },
        },
    });
    let closing: Promise<void> | undefined;
    return useDatabase(knex, () => (closing ??= closeFile(knex)));
}

async function closeFile(knex: Knex): Promise<void> {
    try {
        await knex.raw("PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
        await knex.destroy();
    }
}

/** Uses a database that another has opened; unless told otherwise, closing it is the other's business. */
export function useDatabase(knex: Knex, close: () => Promise<void> = () => Promise.resolve()): Database {
    const beans = new RedBeanNode();
    beans.setup(knex);
    beans.freeze(true);
    return { knex, beans, together: createGroupCommit(knex), close };
}

function prepare(raw: unknown): unknown {
    try {
        const connection = Connection.parse(raw);
        pragmas.forEach((pragma) => connection.pragma.call(raw, pragma));
        return null;
    } catch (error) {
        return error;
    }
}
