import { randomUUID } from "node:crypto";

/** A new id: a random UUID (122 random bits) as 32 hexadecimal digits, which are safe in URLs, file names, labels and commands. */
export function randomId(): string {
    return randomUUID().replaceAll("-", "");
}
