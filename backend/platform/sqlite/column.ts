import { z } from "zod";
import { JsonText } from "../../../common/json-text.ts";
import { flag, isJson } from "./columns.ts";
import type { Value } from "./group-commit.ts";

/** A column of a table: its name, and how a field's value is written into it. */
export interface Column {
    readonly field: string;
    readonly name: string;
    encode(value: unknown): Value;
}

/** The columns of a schema's fields, in snake_case. */
export function columnsOf(schema: z.ZodObject): readonly Column[] {
    return Object.entries<z.core.$ZodType>(schema.shape).map(([field, type]) => {
        const encode = encoderOf(type);
        const name = toSnakeCase(field);
        return { field, name, encode: (value) => (value === undefined || value === null ? null : encode(value)) };
    });
}

/** What needs no schema to be written is written without: rows are written far more often than schemas change. */
function encoderOf(type: z.core.$ZodType): (value: unknown) => Value {
    if (type instanceof z.ZodOptional || type instanceof z.ZodNullable) {
        return encoderOf(type.unwrap());
    }
    if (type === flag) {
        return (value) => (value === true ? 1 : 0);
    }
    if (isJson(type)) {
        return (value) => (value instanceof JsonText ? value.text : JSON.stringify(value));
    }
    const isPlain = type instanceof z.ZodString || type instanceof z.ZodNumber || type instanceof z.ZodEnum;
    return (value) => toValue(isPlain ? value : z.encode(type, value));
}

function toValue(value: unknown): Value {
    if (typeof value === "string" || typeof value === "number") {
        return value;
    }
    throw new Error("database: a value is neither text nor number");
}

function toSnakeCase(field: string): string {
    return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
