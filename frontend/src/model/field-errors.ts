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
    const reason = plainly(issue);
    const message = reason.startsWith(`${field}: `) ? reason.slice(field.length + 2) : reason;
    return place === "" ? sentence(message) : `${place}: ${message}`;
}

/** What the schemas say by themselves stays; the library's own words are for programmers. */
function plainly(issue: z.core.$ZodIssue): string {
    if (!/^(?:Too (?:small|big)|Invalid input): /.test(issue.message)) {
        return issue.message;
    }
    if (issue.code === "too_small") {
        return issue.origin === "string" && issue.minimum === 1
            ? "Must not be empty"
            : `Give at least ${String(issue.minimum)}${issue.origin === "string" ? " characters" : ""}`;
    }
    if (issue.code === "too_big") {
        const unit = issue.origin === "string" ? " characters" : "";
        return `Give at most ${String(issue.maximum)}${unit}`;
    }
    return issue.code === "invalid_type" && ["number", "int"].includes(issue.expected)
        ? "Give a whole number"
        : issue.message;
}

function sentence(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * A server's complaint as that of a field, for one that begins with the name of a known field (`url: …`,
 * `autoDeployTags.2: …`); empty for any other, which is about the whole.
 */
export function serverErrors(message: string, fields: readonly string[]): FieldErrors {
    const [, field = "", rest = ""] = /^([A-Za-z]+)(?:\.[\w.]+)?: (.+)$/s.exec(message) ?? [];
    return fields.includes(field) ? { [field]: sentence(rest) } : {};
}
