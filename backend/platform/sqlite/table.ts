import type { Knex } from "knex";
import { z } from "zod";
import { type Column, columnsOf } from "./column.ts";
import type { Database } from "./database.ts";
import { orUnavailable } from "./failure.ts";
import type { Statements, Value } from "./group-commit.ts";

export type Row = Readonly<Record<string, unknown>>;

/** The records of one table: column names in snake_case, fields in camelCase, an empty column is a missing field. */
export interface Table<T> {
    /** The first record that a clause finds, such as `"stack_id = ? order by seq"`. */
    find(clause: string, values?: readonly Value[]): Promise<T | undefined>;
    list(clause: string, values?: readonly Value[]): Promise<readonly T[]>;
    /** Changes only the given fields of a record; a field that is `undefined` is emptied. */
    change(id: string | number, fields: Partial<T>): Promise<void>;
    /** Columns for an insert or a conditional update through knex. */
    toRow(fields: Partial<T>): Row;
    /** A record of a row that knex answered. Throws where the row does not fit. */
    fromRow(row: unknown): T;
    /** A `list` for group commits; `columns` are all unless named. */
    prepare(clause: string, columns?: string): (statements: Statements, values: readonly Value[]) => readonly T[];
    /** Inserts a record, within a group commit; a field that is left out is empty. */
    insert(statements: Statements, record: T): void;
}

/** A table whose columns are the schema's fields; the schema turns stored values into those of the record. */
export function openTable<S extends z.ZodRawShape>(
    database: Database,
    name: string,
    schema: z.ZodObject<S>,
): Table<z.output<z.ZodObject<S>>> {
    type T = z.output<z.ZodObject<S>>;
    const { beans } = database;
    const columns = columnsOf(schema);
    const byField = new Map(columns.map((column) => [column.field, column]));
    const insertion =
        `insert into ${name} (${columns.map((column) => column.name).join(", ")}) ` +
        `values (${columns.map(() => "?").join(", ")})`;

    function encodeField([field, value]: readonly [string, unknown]): [string, Value] {
        const column = byField.get(field);
        if (column === undefined) {
            throw new Error(`database: ${name} has no column for ${field}`);
        }
        return [column.name, column.encode(value)];
    }

    const toRow = (fields: Partial<T>): Row => Object.fromEntries(Object.entries(fields).map(encodeField));

    function fromRow(row: unknown): T {
        const parsed = schema.safeParse(fieldsOf(columns, row));
        if (!parsed.success) {
            throw new Error(`database: a row of ${name} does not fit: ${z.prettifyError(parsed.error)}`);
        }
        return parsed.data;
    }

    return {
        toRow,
        fromRow,
        async find(clause, values = []) {
            const bean = await orUnavailable(beans.findOne(name, clause, values));
            return bean === null ? undefined : fromRow(bean.export(false));
        },
        async list(clause, values = []) {
            const found = await orUnavailable(beans.find(name, clause, values));
            return found.map((bean) => fromRow(bean.export(false)));
        },
        async change(id, fields) {
            // A bean that was read counts every column as changed, and would write stale values back.
            const bean = beans.dispense(name);
            bean.import({ ...toRow(fields), id });
            await orUnavailable(beans.store(bean));
        },
        prepare(clause, selected = "*") {
            const sql = `select ${selected} from ${name} where ${clause}`;
            return (statements, values) => statements.all(sql, values).map(fromRow);
        },
        insert(statements, record) {
            const fields: Row = record;
            statements.run(
                insertion,
                columns.map(({ field, encode }) => encode(fields[field])),
            );
        },
    };
}

/** The fields of a row that have a value; columns that the schema does not know are left out. */
function fieldsOf(columns: readonly Column[], row: unknown): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    for (const { field, name } of columns) {
        const value = isRow(row) ? row[name] : undefined;
        if (value !== null && value !== undefined) {
            fields[field] = value;
        }
    }
    return fields;
}

function isRow(value: unknown): value is Row {
    return typeof value === "object" && value !== null;
}

/** The first row of an answer. */
export function firstRow(rows: unknown): unknown {
    return Array.isArray(rows) ? rows[0] : undefined;
}

/** Anything that runs knex queries: the database, or a transaction on it. */
export type Querying = Knex | Knex.Transaction;
