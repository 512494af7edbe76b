import { isUtf8 } from "node:buffer";
import type { z } from "zod";
import { AppError } from "../../../../common/errors.ts";

/** Deeper bodies are no provider's, and would exhaust the stack of whoever walks through them. */
const deepestNesting = 100;

/** The longest pushes have some ten thousand values; reading millions would stop the server for seconds. */
const mostValues = 200_000;

/** A body's bytes as text, a byte order mark removed. Throws AppError `invalid` for what is not UTF-8. */
export function readText(body: Uint8Array): string {
    if (!isUtf8(body)) {
        throw new AppError("invalid", "body: it is not UTF-8; send JSON in UTF-8, not compressed");
    }
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
    return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/** Reads JSON that a stranger wrote. Throws AppError `invalid`. */
export function readJson(text: string): unknown {
    if (text.trim() === "") {
        throw new AppError("invalid", "body: it is empty; send the event as JSON");
    }
    const reason = whyTooComplex(text);
    if (reason !== undefined) {
        throw new AppError("invalid", `body: it ${reason}; send a plain event`);
    }
    try {
        // Walking through every value is slow, and needed only where the key may stand somewhere.
        const mayHoldKey = text.includes("__proto__") || text.includes("\\u");
        return mayHoldKey ? JSON.parse(text, refusePrototype) : JSON.parse(text);
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
function whyTooComplex(text: string): string | undefined {
    let depth = 0;
    let values = 0;
    for (let at = 0; at < text.length; at += 1) {
        switch (text.charCodeAt(at)) {
            case codes.quote:
                at = endOfString(text, at);
                break;
            case codes.comma:
                values += 1;
                break;
            case codes.openBracket:
            case codes.openBrace:
                depth += 1;
                values += 1;
                break;
            case codes.closeBracket:
            case codes.closeBrace:
                depth -= 1;
                break;
        }
        if (depth > deepestNesting) {
            return `is nested deeper than ${deepestNesting} levels`;
        }
        if (values > mostValues) {
            return `has more than ${mostValues} values`;
        }
    }
    return undefined;
}

/** Where the string that begins here ends; the end of the text where it does not end. */
function endOfString(text: string, start: number): number {
    let at = text.indexOf('"', start + 1);
    while (at !== -1 && isEscaped(text, at)) {
        at = text.indexOf('"', at + 1);
    }
    return at === -1 ? text.length : at;
}

function isEscaped(text: string, at: number): boolean {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === codes.backslash) {
        backslashes += 1;
    }
    return backslashes % 2 === 1;
}

const codes = {
    quote: 0x22,
    comma: 0x2c,
    openBracket: 0x5b,
    backslash: 0x5c,
    closeBracket: 0x5d,
    openBrace: 0x7b,
    closeBrace: 0x7d,
} as const;
