import { JsonText } from "../../../common/json-text.ts";
import { hideCredentials } from "../core/hide-credentials.ts";
import type { SentPayload } from "../core/webhook-event.ts";
import type { Masker } from "../core/mask.ts";

const largestKept = 1024 * 1024;

/** What is stored of a larger body: it can be shown, but not evaluated again. */
export interface CutPayload {
    readonly cut: true;
    readonly bytes: number;
}

/** A verified body as it may be stored: without secrets; of one over 1 MiB only its size. */
export function keepPayload({ payload, sent }: SentPayload, masker: Masker): JsonText | CutPayload | null {
    if (payload === null || payload === undefined) {
        return null;
    }
    const text = sent !== undefined && isPlain(sent) ? sent : JSON.stringify(payload);
    if (text.length > largestKept) {
        return { cut: true, bytes: text.length } satisfies CutPayload;
    }
    const kept = hideCredentials(masker.mask(text));
    return kept === text || isJson(kept) ? new JsonText(kept) : { cut: true, bytes: text.length };
}

export function isCut(payload: unknown): payload is CutPayload {
    return typeof payload === "object" && payload !== null && "cut" in payload && "bytes" in payload;
}

/** Written as we would write it: a secret is found in it, and it is no longer than it must be. */
function isPlain(text: string): boolean {
    return !text.includes("\n") && !text.includes("\\u") && !text.includes("\\/");
}

/** A secret that is JSON's own syntax would break the text. */
function isJson(text: string): boolean {
    try {
        JSON.parse(text);
        return true;
    } catch {
        return false;
    }
}
