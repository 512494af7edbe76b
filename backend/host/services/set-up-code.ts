import { randomInt } from "node:crypto";
import { isLoopbackName } from "../core/client-address.ts";

/** Letters and digits that are not mistaken for each other. */
const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const groups = [4, 4, 4];

/** The one-time code that proves to be the server's owner; none where only the machine itself can connect. */
export function setUpCode(hostname: string | undefined): string | undefined {
    return isLoopbackName(hostname) ? undefined : groups.map(randomText).join("-");
}

function randomText(length: number): string {
    return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}
