import { createHmac } from "node:crypto";
import { isEqualInConstantTime } from "../../../platform/crypto/constant-time.ts";

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
    return isEqualInConstantTime(header, `${prefix}${digest}`);
}
