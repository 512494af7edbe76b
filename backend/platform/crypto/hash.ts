import { createHash } from "node:crypto";

/** SHA-256 of a text, in hex. Enough for API tokens, which are random; never for passwords. */
export function sha256(text: string): string {
    return createHash("sha256").update(text, "utf8").digest("hex");
}
