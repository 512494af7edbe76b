import { expect } from "vitest";

/** Matches any text that contains this one; typed, unlike the matcher it stands for. */
export function containing(text: string): unknown {
    return expect.stringContaining(text);
}

/** Matches any text that fits the pattern. */
export function matching(pattern: RegExp): unknown {
    return expect.stringMatching(pattern);
}
