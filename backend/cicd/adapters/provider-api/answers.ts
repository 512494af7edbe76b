import { z } from "zod";
import type { AppError } from "../../../../common/errors.ts";
import { createMasker } from "../../core/mask.ts";
import { hookFailure } from "./failure.ts";
import type { ApiAnswer } from "./send.ts";

/** How a provider is spoken of in messages. */
export interface ProviderWords {
    readonly name: string;
    /** What a token needs to manage webhooks. */
    readonly right: string;
    /** What else a refused login may be; a sentence of its own. */
    readonly loginHint?: string | undefined;
}

/** Whether an answer is a good one. */
export function isGood({ status }: ApiAnswer): boolean {
    return status >= 200 && status < 300;
}

/** The error that a bad answer means; its message holds none of the secrets, whatever the provider repeats. */
export function failureOf(words: ProviderWords, secrets: readonly string[], answer: ApiAnswer): AppError {
    const { name } = words;
    const { status } = answer;
    if (isLimited(answer)) {
        return hookFailure("hook_unreachable", `${name} takes no more requests for now (rate limit); try again later`);
    }
    if (status === 401) {
        return hookFailure("hook_unauthorized", unauthorized(words));
    }
    if (status === 403) {
        return forbidden(words, spoken(answer, secrets));
    }
    if (status === 404) {
        return hookFailure(
            "hook_not_found",
            `${name} knows no such repository, or the token may not see it; check the address and what the token is for`,
        );
    }
    if ([400, 409, 422].includes(status)) {
        return hookFailure("hook_refused", `${name} refused the webhook${spoken(answer, secrets)}`);
    }
    return otherFailure(words, status);
}

function otherFailure(words: ProviderWords, status: number): AppError {
    const { name } = words;
    if (status >= 300 && status < 400) {
        return hookFailure(
            "hook_not_found",
            `${name} answered that the repository has moved; connect it by its new address`,
        );
    }
    return status >= 500
        ? hookFailure("hook_unreachable", `${name} has a problem of its own (status ${status}); try again later`)
        : unexpected(words, `status ${status}`);
}

function isLimited({ status, headers }: ApiAnswer): boolean {
    return status === 429 || (status === 403 && headers["x-ratelimit-remaining"] === "0");
}

/** The token sees the repository, but not its webhooks. */
export function forbidden({ name, right }: ProviderWords, said = ""): AppError {
    return hookFailure("hook_forbidden", `the token may not manage webhooks at ${name}; it needs ${right}${said}`);
}

function unauthorized({ name, loginHint }: ProviderWords): string {
    const hint = loginHint === undefined ? "" : ` ${loginHint}`;
    return `${name} refused the token; check it and its expiry.${hint}`;
}

/** The answer's body in a known shape. Throws `hook_unexpected`. */
export function bodyAs<T>(words: ProviderWords, schema: z.ZodType<T>, answer: ApiAnswer): T {
    const parsed = schema.safeParse(answer.body);
    if (!parsed.success) {
        throw unexpected(words, "a body of another form");
    }
    return parsed.data;
}

function unexpected({ name }: ProviderWords, what: string) {
    return hookFailure(
        "hook_unexpected",
        `the server answered with ${what}, not as ${name} does; check that the repository's provider is right`,
    );
}

const text = z.string();
const Said = z.object({
    message: z.union([text, z.record(z.string(), z.unknown())]).optional(),
    error: z.union([text, z.object({ message: text.optional() })]).optional(),
    errors: z.array(z.union([text, z.object({ message: text.nullish() })])).optional(),
});

/** The provider's own words for a refusal, bounded and without secrets: `: "…"`; empty where it said none. */
function spoken({ body }: ApiAnswer, secrets: readonly string[]): string {
    const parsed = Said.safeParse(body);
    if (!parsed.success) {
        return "";
    }
    const { message, error, errors = [] } = parsed.data;
    const parts = [
        typeof message === "object" ? JSON.stringify(message) : message,
        typeof error === "object" ? error.message : error,
        ...errors.map((one) => (typeof one === "string" ? one : one.message)),
    ].filter((part) => typeof part === "string" && part !== "");
    const words = createMasker(secrets)
        .mask(parts.join("; "))
        .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
        .slice(0, 300);
    return words === "" ? "" : `: "${words}"`;
}
