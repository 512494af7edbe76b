import type { LogLine } from "../../../common/schema/log-line.ts";
import { stripAnsi, type Span } from "./ansi.ts";

/** The indexes of the lines that contain a text, whatever its case. */
export function findMatches(lines: readonly LogLine[], query: string): readonly number[] {
    const wanted = query.trim().toLowerCase();
    if (wanted === "") {
        return [];
    }
    return lines.flatMap((line, index) => (stripAnsi(line.text).toLowerCase().includes(wanted) ? [index] : []));
}

const errorWords = /\b(error|failed|failure|fatal|panic|exception|denied|cannot|unhealthy)\b/i;

/** Whether a line tells of an error: what *jump to error* looks for. */
export function isErrorLine(line: LogLine): boolean {
    return errorWords.test(stripAnsi(line.text));
}

/** Splits spans so that each occurrence of the text stands in a span of its own, marked `ansi-match`. */
export function markMatches(spans: readonly Span[], query: string): readonly Span[] {
    const wanted = query.trim().toLowerCase();
    return wanted === "" ? spans : spans.flatMap((span) => markSpan(span, wanted));
}

function markSpan(span: Span, wanted: string): readonly Span[] {
    const parts: Span[] = [];
    const lower = span.text.toLowerCase();
    let from = 0;
    for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
        parts.push({ ...span, text: span.text.slice(from, at) });
        parts.push({
            ...span,
            text: span.text.slice(at, at + wanted.length),
            classes: [...span.classes, "ansi-match"],
        });
        from = at + wanted.length;
    }
    return [...parts, { ...span, text: span.text.slice(from) }].filter(({ text }) => text !== "");
}
