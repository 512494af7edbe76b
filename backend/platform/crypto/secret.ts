import { randomBytes } from "node:crypto";

/** A new secret of 256 random bits as 43 URL-safe characters: for webhooks, API tokens and the login's key. */
export function randomSecret(): string {
    return randomBytes(32).toString("base64url");
}
