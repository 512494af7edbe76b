import { createHash, timingSafeEqual } from "node:crypto";

/** Whether two texts or byte strings are equal; the time it takes tells nothing about them, nor about their lengths. */
export function isEqualInConstantTime(a: string | Uint8Array, b: string | Uint8Array): boolean {
    return timingSafeEqual(digest(a), digest(b));
}

function digest(value: string | Uint8Array): Uint8Array {
    return createHash("sha256").update(value).digest();
}
