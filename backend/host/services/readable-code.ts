import { randomInt } from "node:crypto";

/** Letters and digits that are not mistaken for each other. */
const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** A random code that people can copy by hand: as many groups of four characters, 20 bits each. */
export function readableCode(groups: number): string {
    return Array.from({ length: groups }, randomGroup).join("-");
}

/** A code as it was made, however a person has typed it. */
export function normalCode(typed: string): string {
    const characters = typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
    return (characters.match(/.{1,4}/g) ?? []).join("-");
}

function randomGroup(): string {
    return Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join("");
}
