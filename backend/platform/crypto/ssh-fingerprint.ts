import { createHash } from "node:crypto";

/** `SHA256:…` of a public key such as `ssh-ed25519 AAAA…`, as ssh shows it. */
export function sshFingerprint(publicKey: string): string {
    const blob = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
    return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}
