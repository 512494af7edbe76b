import { createHmac, timingSafeEqual } from "node:crypto";

/** Of an HMAC-SHA256 in hexadecimal digits. */
const digestLength = 64;

/** Whether a header is `<prefix><hex HMAC-SHA256 of the body>`. Never for an empty secret. */
export function isHexSignature(
    header: string | undefined,
    prefix: string,
    request: { readonly body: Uint8Array; readonly secret: string },
): boolean {
    // Everybody knows how long a signature is: only what stands in it must not be told by the time that this takes.
    if (request.secret === "" || header?.length !== prefix.length + digestLength || !header.startsWith(prefix)) {
        return false;
    }
    const digest = createHmac("sha256", request.secret).update(request.body).digest("hex");
    const given = Buffer.from(header.slice(prefix.length));
    return given.length === digestLength && timingSafeEqual(given, Buffer.from(digest));
}
