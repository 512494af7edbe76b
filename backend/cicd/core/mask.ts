import { cutMark } from "../../../common/line-splitter.ts";
import { maskForms } from "./mask-forms.ts";

/** What stands in the place of a secret. */
export const masked = "***";

export interface Masker {
    /** The text with every form of every secret replaced. */
    mask(text: string): string;
}

/** A masker for text that comes in pieces: a secret may lie across them. */
export interface StreamMasker {
    /** What can be handed on now; the rest is held back, because it may be the start of a secret. */
    push(text: string): string;
    /** What was held back. The text ends here. */
    flush(): string;
}

/**
 * Replaces secrets of at least 3 characters: the value itself, its base64 forms, its URL-encoded and JSON-escaped
 * forms, and each line of a value of several lines. Of a line that was cut, also the start of a secret at the cut.
 */
export function createMasker(secrets: readonly string[]): Masker {
    const forms = maskForms(secrets);
    const maskWhole = (text: string): string => replaceSpans(text, findSpans(text, forms));
    return { mask: (text) => (text.endsWith(cutMark) ? maskCut(secrets, text) : maskWhole(text)) };
}

/** The secret's other part was dropped with the rest of the line. */
function maskCut(secrets: readonly string[], text: string): string {
    return createStreamMasker(secrets).push(text.slice(0, -cutMark.length)) + cutMark;
}

/** Like `createMasker`, for text that comes in pieces. */
export function createStreamMasker(secrets: readonly string[]): StreamMasker {
    const forms = maskForms(secrets);
    let held = "";

    return {
        push(text) {
            const whole = held + text;
            const spans = findSpans(whole, forms);
            const safe = safeLength(whole, forms, spans);
            held = whole.slice(safe);
            return replaceSpans(
                whole.slice(0, safe),
                spans.filter((span) => span.end <= safe),
            );
        },
        flush() {
            const rest = replaceSpans(held, findSpans(held, forms));
            held = "";
            return rest;
        },
    };
}

interface Span {
    readonly start: number;
    readonly end: number;
}

/** Where secrets stand, overlapping ones joined, in order: so that none survives in part. */
function findSpans(text: string, forms: readonly string[]): readonly Span[] {
    const found: Span[] = [];
    for (const form of forms) {
        for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) {
            found.push({ start: at, end: at + form.length });
        }
    }
    found.sort((a, b) => a.start - b.start);
    const joined: Span[] = [];
    for (const span of found) {
        const last = joined.at(-1);
        if (last !== undefined && span.start < last.end) {
            joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
        } else {
            joined.push(span);
        }
    }
    return joined;
}

function replaceSpans(text: string, spans: readonly Span[]): string {
    let result = "";
    let from = 0;
    for (const { start, end } of spans) {
        result += text.slice(from, start) + masked;
        from = end;
    }
    return result + text.slice(from);
}

/** How much of the text cannot become part of a secret by what follows. */
function safeLength(text: string, forms: readonly string[], spans: readonly Span[]): number {
    let safe = text.length;
    for (const form of forms) {
        const longest = Math.min(form.length - 1, text.length);
        for (let length = longest; length > 0; length -= 1) {
            if (form.startsWith(text.slice(text.length - length))) {
                safe = Math.min(safe, text.length - length);
                break;
            }
        }
    }
    const cut = spans.find((span) => span.start < safe && span.end > safe);
    return cut?.start ?? safe;
}
