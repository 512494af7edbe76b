import { z } from "zod";

const forbiddenCharacters = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069$`;&|<>()\\"'* ~^:?[]/u;
const forbiddenShapes = /^[-/]|\.\.|\/\/|@\{|^@$|[/.]$|(^|\/)\.|\.lock(\/|$)/;

/**
 * Why a text cannot be the name of a branch or tag, or undefined when it can: what `git check-ref-format` allows
 * (git-check-ref-format(1)), without a leading `-`, control and bidirectional characters, and shell metacharacters;
 * at most 255 bytes.
 */
export function whyNotARef(ref: string): string | undefined {
    if (ref === "") {
        return "is empty";
    }
    if (new TextEncoder().encode(ref).length > 255) {
        return "is longer than 255 bytes";
    }
    if (forbiddenCharacters.test(ref)) {
        return "contains a character that is not allowed in a ref";
    }
    if (forbiddenShapes.test(ref)) {
        return "is not a name that git accepts (see git check-ref-format)";
    }
    return undefined;
}

/** The name of a branch or tag, without `refs/heads/` or `refs/tags/`. */
export const GitRef = z.string().superRefine((ref, context) => {
    const reason = whyNotARef(ref);
    if (reason !== undefined) {
        context.addIssue({ code: "custom", message: `the ref ${reason}` });
    }
});
export type GitRef = z.infer<typeof GitRef>;

/** A commit hash, abbreviated (from 7 digits) or full (SHA-1 or SHA-256). */
export const CommitSha = z.string().regex(/^[0-9a-f]{7,64}$/, "commit: give 7 to 64 hexadecimal digits in lower case");
export type CommitSha = z.infer<typeof CommitSha>;
