import { createMasker } from "../core/mask.ts";

const largestKept = 1024 * 1024;

/** What is stored of a larger body: it can be shown, but not evaluated again. */
export interface CutPayload {
    readonly cut: true;
    readonly bytes: number;
}

/** A verified body as it may be stored: without secrets; of one over 1 MiB only its size. */
export function keepPayload(payload: unknown, ...secrets: readonly string[]): unknown {
    const text = JSON.stringify(payload);
    if (text.length > largestKept) {
        return { cut: true, bytes: text.length } satisfies CutPayload;
    }
    const kept = createMasker(secrets).mask(text);
    return kept === text ? payload : parseOr(kept, { cut: true, bytes: text.length });
}

export function isCut(payload: unknown): payload is CutPayload {
    return typeof payload === "object" && payload !== null && "cut" in payload && "bytes" in payload;
}

/** A secret that is JSON's own syntax would break the text. */
function parseOr(text: string, otherwise: CutPayload): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return otherwise;
    }
}
