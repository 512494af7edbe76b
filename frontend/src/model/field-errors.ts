import type { z } from "zod";

/** The first complaint about each top-level field. */
export type FieldErrors = Readonly<Record<string, string>>;

/** What a schema says about a value, by field; empty when it is fine. */
export function fieldErrors(schema: z.ZodType, value: unknown): FieldErrors {
    const result = schema.safeParse(value);
    const errors: Record<string, string> = {};
    for (const issue of result.error?.issues ?? []) {
        const field = String(issue.path[0] ?? "");
        errors[field] ??= describe(issue, field);
    }
    return errors;
}

function describe(issue: z.core.$ZodIssue, field: string): string {
    const place = issue.path.slice(1).join(".");
    const message = issue.message.startsWith(`${field}: `) ? issue.message.slice(field.length + 2) : issue.message;
    return place === "" ? message : `${place}: ${message}`;
}

/**
 * A server's complaint as that of a field, for one that begins with the name of a known field (`url: …`,
 * `autoDeployTags.2: …`); empty for any other, which is about the whole.
 */
export function serverErrors(message: string, fields: readonly string[]): FieldErrors {
    const [, field = "", rest = ""] = /^([A-Za-z]+)(?:\.[\w.]+)?: (.+)$/s.exec(message) ?? [];
    return fields.includes(field) ? { [field]: rest.charAt(0).toUpperCase() + rest.slice(1) } : {};
}
