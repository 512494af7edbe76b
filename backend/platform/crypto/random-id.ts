import { randomBytes } from "node:crypto";

/** A new id: 128 random bits as 32 hexadecimal digits, which are safe in URLs, file names, labels and commands. */
export function randomId(): string {
    return randomBytes(16).toString("hex");
}
