import type { Knex } from "knex";
import { z } from "zod";
import type { Database } from "./database.ts";
import { orUnavailable } from "./failure.ts";

type Value = string | number | null;
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
}

/** A table whose columns are the schema's fields; the schema turns stored values into those of the record. */
export function openTable<S extends z.ZodRawShape>(
    database: Database,
    name: string,
    schema: z.ZodObject<S>,
): Table<z.output<z.ZodObject<S>>> {
    type T = z.output<z.ZodObject<S>>;
    const { beans } = database;
    const columns = new Map<string, z.core.$ZodType>(Object.entries(schema.shape));

    function toRow(fields: Partial<T>): Row {
        return Object.fromEntries(
            Object.entries(fields).map(([field, value]) => [toSnakeCase(field), encode(columns, name, field, value)]),
        );
    }

    function fromRow(row: unknown): T {
        const parsed = schema.safeParse(fieldsOf(row));
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
    };
}

function encode(columns: ReadonlyMap<string, z.core.$ZodType>, table: string, field: string, value: unknown): unknown {
    const column = columns.get(field);
    if (column === undefined) {
        throw new Error(`database: ${table} has no column for ${field}`);
    }
    return value === undefined || value === null ? null : z.encode(column, value);
}

function fieldsOf(row: unknown): Record<string, unknown> {
    const present = Object.entries(z.record(z.string(), z.unknown()).parse(row)).filter(([, value]) => value !== null);
    return Object.fromEntries(present.map(([column, value]) => [toCamelCase(column), value]));
}

function toSnakeCase(field: string): string {
    return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function toCamelCase(column: string): string {
    return column.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The first row of an answer. */
export function firstRow(rows: unknown): unknown {
    return Array.isArray(rows) ? rows[0] : undefined;
}

/** Anything that runs knex queries: the database, or a transaction on it. */
export type Querying = Knex | Knex.Transaction;
