import { createHash, createHmac } from "node:crypto";

/** SHA-256 of a text, in hex. Enough for API tokens, which are random; never for passwords. */
export function sha256(text: string): string {
    return createHash("sha256").update(text, "utf8").digest("hex");
}

/** A keyed hash (HMAC-SHA-256), in hex: without the key nobody can try out what went in. */
export function keyedHash(key: Uint8Array, text: string): string {
    return createHmac("sha256", key).update(text, "utf8").digest("hex");
}
