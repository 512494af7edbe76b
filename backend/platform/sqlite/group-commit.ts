import type { Knex } from "knex";
import { z } from "zod";

/** What a column can hold here. */
export type Value = string | number | null;

/**
 * Prepared statements on the driver's own connection; each SQL text is prepared once. All of them run at once. The
 * works of one group get the same object, those of another group another one.
 */
export interface Statements {
    /** The rows that a query answers, or an insert or update with `returning`. */
    all(sql: string, values: readonly Value[]): readonly unknown[];
    /** Runs a statement that answers no rows. */
    run(sql: string, values: readonly Value[]): void;
    /** Once the group's last work is done: for what need not be done again for each of them. */
    atEnd(task: () => void): void;
}

/**
 * Works that are given within one turn of the event loop run one after the other in one transaction, and are answered
 * after its commit: many small writes at the same time cost one. A work is synchronous; if it throws, it alone is
 * undone. It may be called twice, when another of its group fails.
 */
export interface GroupCommit {
    /** Reads and writes; nothing else comes in between. */
    write<T>(work: (statements: Statements) => T): Promise<T>;
    /** Only reads: works even where the database cannot be written. */
    read<T>(work: (statements: Statements) => T): Promise<T>;
}

interface Work {
    readonly writes: boolean;
    /** Does the work; answers how to tell its result. */
    readonly run: (statements: Statements) => () => void;
    readonly reject: (error: unknown) => void;
}

/** The driver's connection, as far as it is used here. */
interface Connection extends Pick<Statements, "all" | "run"> {
    /** Ended by SQLite itself where a full disk or a broken file leaves no other way. */
    isInTransaction(): boolean;
}

const isFunction = (value: unknown): boolean => typeof value === "function";
const Prepared = z.custom<{ all(...values: Value[]): unknown[]; run(...values: Value[]): unknown }>(
    (value) => typeof value === "object" && value !== null && "run" in value && "all" in value,
);
type Prepared = z.infer<typeof Prepared>;
const Driver = z.custom<{ readonly inTransaction: boolean; prepare(sql: string): unknown }>(
    (value) => typeof value === "object" && value !== null && "prepare" in value && isFunction(value.prepare),
);

const Client = z.custom<{
    acquireConnection(): Promise<unknown>;
    releaseConnection(raw: unknown): Promise<void>;
}>((value) => typeof value === "object" && value !== null && "acquireConnection" in value);

/** Group commits on the connection of a better-sqlite3 knex, in turn with its own queries and transactions. */
export function createGroupCommit(knex: Knex): GroupCommit {
    const client = Client.parse(knex.client);
    const prepared = new WeakMap<object, Map<string, Prepared>>();
    let waiting: Work[] = [];

    function add<T>(writes: boolean, work: (statements: Statements) => T): Promise<T> {
        return new Promise<T>((resolve, reject) => {
            waiting.push({
                writes,
                reject,
                run(statements) {
                    const result = work(statements);
                    return () => resolve(result);
                },
            });
            if (waiting.length === 1) {
                setImmediate(() => void runWaiting());
            }
        });
    }

    async function runWaiting(): Promise<void> {
        let raw: unknown;
        try {
            raw = await client.acquireConnection();
            const group = waiting;
            waiting = [];
            runGroup(connectionOf(prepared, raw), group);
        } catch (error) {
            const group = waiting;
            waiting = [];
            group.forEach(({ reject }) => reject(error));
        } finally {
            if (raw !== undefined) {
                await client.releaseConnection(raw);
            }
        }
    }

    return { write: (work) => add(true, work), read: (work) => add(false, work) };
}

/** Never throws: every work is answered. Where one of several fails, they are done again one by one. */
function runGroup(connection: Connection, group: readonly Work[]): void {
    let isWorking = false;
    try {
        const writes = group.some((work) => work.writes);
        begin(connection, writes);
        isWorking = true;
        const ending: (() => void)[] = [];
        const statements = { ...connection, atEnd: (task: () => void) => void ending.push(task) };
        const answers = group.map((work) => work.run(statements));
        ending.forEach((task) => task());
        isWorking = false;
        commit(connection);
        answers.forEach((answer) => answer());
    } catch (error) {
        rollBack(connection);
        // Where the database itself refuses, each would be refused again, and wait for it again.
        if (isWorking && group.length > 1) {
            group.forEach((work) => runGroup(connection, [work]));
            return;
        }
        group.forEach(({ reject }) => reject(error));
    }
}

function begin(connection: Connection, writes: boolean): void {
    if (writes) {
        connection.run("begin immediate", []);
    }
}

function commit(connection: Connection): void {
    if (connection.isInTransaction()) {
        connection.run("commit", []);
    }
}

function rollBack(connection: Connection): void {
    if (connection.isInTransaction()) {
        connection.run("rollback", []);
    }
}

function connectionOf(prepared: WeakMap<object, Map<string, Prepared>>, raw: unknown): Connection {
    const driver = Driver.parse(raw);
    const known = prepared.get(driver) ?? new Map<string, Prepared>();
    prepared.set(driver, known);

    function prepare(sql: string): Prepared {
        const found = known.get(sql) ?? Prepared.parse(driver.prepare(sql));
        known.set(sql, found);
        return found;
    }

    return {
        all: (sql, values) => prepare(sql).all(...values),
        run: (sql, values) => void prepare(sql).run(...values),
        isInTransaction: () => driver.inTransaction,
    };
}
