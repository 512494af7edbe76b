import type { z } from "zod";
import { AppError } from "./errors.ts";

/** One thing that is wrong with an input, in `details` of the error. */
export interface InputIssue {
    readonly field: string;
    readonly message: string;
}

/**
 * What zod found, as an error for people: the message names the first wrong field and what to give instead, `details`
 * has all of them. `root` names the input where the whole of it is wrong, such as `body`.
 */
export function invalidInput(error: z.ZodError, root = "input"): AppError {
    return asAppError(error.issues.map((issue) => describe(issue, issue.path.map(String), root)));
}

/** The same for a request whose parts (`params`, `query`, `body`) were checked together: fields are named without them. */
export function invalidRequest(error: z.ZodError): AppError {
    return asAppError(
        error.issues.map((issue) => {
            const [part = "request", ...path] = issue.path.map(String);
            return describe(issue, path, part);
        }),
    );
}

function asAppError(issues: readonly InputIssue[]): AppError {
    return new AppError("invalid", issues[0]?.message ?? "input: is not valid", { details: issues });
}

function describe(issue: z.core.$ZodIssue, path: readonly string[], root: string): InputIssue {
    const field = path.join(".") || root;
    const reason = reasonOf(issue);
    const last = path.at(-1) ?? root;
    // Messages of our own schemas name their field already.
    const named = reason.startsWith(`${last}:`) || reason.startsWith("stack name:");
    return { field, message: named ? reason : `${field}: ${reason}` };
}

function reasonOf(issue: z.core.$ZodIssue): string {
    if (issue.code === "unrecognized_keys") {
        return `${issue.keys.join(", ")} is not known here; leave it out`;
    }
    if (issue.code === "invalid_type" && issue.message.endsWith("received undefined")) {
        return `is missing; give a ${issue.expected}`;
    }
    return issue.message.replace(/^(Invalid|Too)/, (word) => word.toLowerCase());
}
