import { createHmac } from "node:crypto";
import { isEqualInConstantTime } from "../../../../platform/crypto/constant-time.ts";
import type { RegistryDelivery, RegistryHook } from "../../../core/registry-push.ts";
import { isHexSignature } from "../signature.ts";

/** Derived, so that the secret itself never stands in an address. */
export function registryToken({ id, secret }: RegistryHook): string {
    return createHmac("sha256", secret).update(`registry:${id}`).digest("hex");
}

/** Whether one of the three ways proves the sender. Never for an empty secret. */
export function verifyRegistry({ body, headers, token }: RegistryDelivery, hook: RegistryHook): boolean {
    const { secret } = hook;
    if (secret === "") {
        return false;
    }
    if (isHexSignature(headers["x-hub-signature-256"], "sha256=", { body, secret })) {
        return true;
    }
    const bearer = /^Bearer +(\S+) *$/i.exec(headers["authorization"] ?? "")?.[1];
    if (bearer !== undefined && isEqualInConstantTime(bearer, secret)) {
        return true;
    }
    return token !== undefined && isEqualInConstantTime(token, registryToken(hook));
}
