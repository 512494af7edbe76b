import type { z } from "zod";
import { AppError } from "../../../../common/errors.ts";

/** Deeper bodies are no provider's, and would exhaust the stack of whoever walks through them. */
const deepestNesting = 100;

/** A body's bytes as text, a byte order mark removed. Throws AppError `invalid` for what is not UTF-8. */
export function readText(body: Uint8Array): string {
    try {
        return new TextDecoder("utf-8", { fatal: true }).decode(body);
    } catch (cause) {
        throw new AppError("invalid", "body: it is not UTF-8; send JSON in UTF-8, not compressed", { cause });
    }
}

/** Reads JSON that a stranger wrote. Throws AppError `invalid`. */
export function readJson(text: string): unknown {
    if (text.trim() === "") {
        throw new AppError("invalid", "body: it is empty; send the event as JSON");
    }
    if (isTooDeep(text)) {
        throw new AppError("invalid", `body: it is nested deeper than ${deepestNesting} levels; send a plain event`);
    }
    try {
        // Walking through every value is slow, and needed only where the key may stand somewhere.
        return /__proto__|\\u/i.test(text) ? JSON.parse(text, refusePrototype) : JSON.parse(text);
    } catch (cause) {
        throw cause instanceof AppError ? cause : new AppError("invalid", "body: it is not JSON; send JSON", { cause });
    }
}

/** Reads a value by a schema. Throws AppError `invalid` that names the field. */
export function readShape<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
    const result = schema.safeParse(value);
    if (result.success) {
        return result.data;
    }
    const [issue] = result.error.issues;
    const field = ["body", ...(issue?.path ?? [])].map(String).join(".");
    throw new AppError(
        "invalid",
        `${field}: ${issue?.message ?? "it cannot be read"}; check the sender's configuration`,
    );
}

function refusePrototype(key: string, value: unknown): unknown {
    if (key === "__proto__") {
        throw new AppError("invalid", "body: it has a key __proto__; leave it out");
    }
    return value;
}

/** One pass over the text, because a pattern could be made to take for ever. */
function isTooDeep(text: string): boolean {
    let depth = 0;
    let inString = false;
    for (let at = 0; at < text.length && depth <= deepestNesting; at += 1) {
        const character = text[at];
        if (inString && character === "\\") {
            at += 1;
        } else if (character === '"') {
            inString = !inString;
        } else if (!inString) {
            depth += depthChange[character ?? ""] ?? 0;
        }
    }
    return depth > deepestNesting;
}

const depthChange: Readonly<Record<string, number>> = { "[": 1, "{": 1, "]": -1, "}": -1 };
