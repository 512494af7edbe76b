import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Compares two texts in a time that tells nothing about them, nor about their lengths. */
export function isEqual(a: string, b: string): boolean {
    return timingSafeEqual(sha256(a), sha256(b));
}

function sha256(text: string): Buffer {
    return createHash("sha256").update(text).digest();
}

/** Whether a header is `<prefix><hex HMAC-SHA256 of the body>`. Never for an empty secret. */
export function isHexSignature(
    header: string | undefined,
    prefix: string,
    request: { readonly body: Uint8Array; readonly secret: string },
): boolean {
    if (header === undefined || request.secret === "") {
        return false;
    }
    const digest = createHmac("sha256", request.secret).update(request.body).digest("hex");
    return isEqual(header, `${prefix}${digest}`);
}
