import { expect } from "vitest";

/** Matches any text that contains this one; typed, unlike the matcher it stands for. */
export function containing(text: string): unknown {
    return expect.stringContaining(text);
}
