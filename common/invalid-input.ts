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
    const issues = error.issues.map((issue) => describe(issue, root));
    const [first] = issues;
    return new AppError("invalid", first?.message ?? `${root}: is not valid`, { details: issues });
}

function describe(issue: z.core.$ZodIssue, root: string): InputIssue {
    const field = issue.path.map(String).join(".") || root;
    const reason = reasonOf(issue);
    const last = String(issue.path.at(-1) ?? root);
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
