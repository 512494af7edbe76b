import { z } from "zod";

/** The keys that any object may have which a schema describes under a path; through lists and unions. */
export function knownKeys(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
    const found = schemasAt([schema], path).flatMap(unwrap);
    return [...new Set(found.flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : [])))];
}

function schemasAt(schemas: readonly unknown[], path: readonly PropertyKey[]): readonly unknown[] {
    return path.reduce(
        (current: readonly unknown[], key) => current.flatMap(unwrap).flatMap((one) => below(one, key)),
        schemas,
    );
}

function below(schema: unknown, key: PropertyKey): readonly unknown[] {
    if (schema instanceof z.ZodObject) {
        const shape: Readonly<Record<string, unknown>> = schema.shape;
        return [shape[String(key)]];
    }
    if (schema instanceof z.ZodArray) {
        return [schema.element];
    }
    return schema instanceof z.ZodRecord ? [schema.valueType] : [];
}

function unwrap(schema: unknown): readonly unknown[] {
    if (schema instanceof z.ZodOptional) {
        return unwrap(schema.unwrap());
    }
    return schema instanceof z.ZodUnion ? schema.options.flatMap(unwrap) : [schema];
}
