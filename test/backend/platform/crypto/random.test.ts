import { describe, expect, it } from "vitest";
import { isEqualInConstantTime } from "../../../../backend/platform/crypto/constant-time.ts";
import { sha256 } from "../../../../backend/platform/crypto/hash.ts";
import { randomId } from "../../../../backend/platform/crypto/random-id.ts";
import { randomSecret } from "../../../../backend/platform/crypto/secret.ts";

describe("random texts", () => {
    it("are ids that fit into URLs, file names and commands, and never repeat", () => {
        const ids = Array.from({ length: 1000 }, randomId);

        expect(new Set(ids).size).toBe(1000);
        expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
    });

    it("are secrets of 256 bits", () => {
        expect(Buffer.from(randomSecret(), "base64url")).toHaveLength(32);
        expect(randomSecret()).not.toBe(randomSecret());
    });
});

it("hashes a token with SHA-256", () => {
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

it.each([
    ["same", "same", true],
    ["same", Buffer.from("same"), true],
    ["same", "other", false],
    ["same", "same ", false],
    ["", "", true],
])("compares %j with %j", (a, b, expected) => {
    expect(isEqualInConstantTime(a, b)).toBe(expected);
});
