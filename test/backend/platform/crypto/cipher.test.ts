import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCipher, WrongKeyError } from "../../../../backend/platform/crypto/cipher.ts";

const key = randomBytes(32);
const cipher = createCipher(key);

describe("cipher", () => {
    it("gives every text back", () => {
        fc.assert(
            fc.property(fc.string({ unit: "grapheme" }), fc.string(), (text, context) => {
                expect(cipher.decrypt(cipher.encrypt(text, context), context)).toBe(text);
            }),
        );
    });

    it("never writes the same text twice, nor the text itself", () => {
        const encrypted = cipher.encrypt("a-long-secret");

        expect(encrypted).toMatch(/^v1:[A-Za-z0-9+/]+={0,2}$/);
        expect(encrypted).not.toContain("secret");
        expect(cipher.encrypt("a-long-secret")).not.toBe(encrypted);
    });

    it("says so when the key is another", () => {
        const encrypted = createCipher(randomBytes(32)).encrypt("secret");

        expect(() => cipher.decrypt(encrypted)).toThrow(WrongKeyError);
        expect(() => cipher.decrypt(encrypted)).toThrow(/CICD_ENCRYPTION_KEY/);
    });

    it("refuses a text that was moved to another place", () => {
        expect(() => cipher.decrypt(cipher.encrypt("secret", "stack web"), "stack shop")).toThrow(WrongKeyError);
    });

    it("refuses a text of which any byte was changed", () => {
        const bytes = Buffer.from(cipher.encrypt("secret").slice(3), "base64");

        fc.assert(
            fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (index, change) => {
                const changed = Buffer.from(bytes);
                changed[index] = (changed[index] ?? 0) ^ change;
                expect(() => cipher.decrypt(`v1:${changed.toString("base64")}`)).toThrow(WrongKeyError);
            }),
        );
    });

    it.each(["", "plain", "v2:AAAA", "v1:", "v1:AAAA", "v1:%%%"])("refuses what it never wrote: %j", (text) => {
        expect(() => cipher.decrypt(text)).toThrow(WrongKeyError);
    });
});
