import { randomBytes } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadEncryptionKey } from "../../../../backend/platform/crypto/encryption-key.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

describe("encryption key", () => {
    it.each(["hex", "base64", "base64url"] as const)("is read from the environment as %s", async (encoding) => {
        const key = randomBytes(32);

        const loaded = await loadEncryptionKey({
            fromEnvironment: `${key.toString(encoding)}\n`,
            file: "/nowhere/key",
        });

        expect(Buffer.from(loaded)).toEqual(key);
    });

    it.each(["short", "00".repeat(31), randomBytes(31).toString("base64"), randomBytes(33).toString("base64"), "ü"])(
        "is refused with a way out when it is not 32 bytes: %s",
        async (fromEnvironment) => {
            const loading = loadEncryptionKey({ fromEnvironment, file: "/nowhere/key" });

            await expect(loading).rejects.toMatchObject({ code: "invalid" });
            await expect(loading).rejects.toThrow(/CICD_ENCRYPTION_KEY.*openssl/);
        },
    );

    it("is made once, readable for its owner only, where there is none", async () => {
        const directory = join(await temporaryDirectory(), "cicd");
        const file = join(directory, "encryption.key");

        const made = await loadEncryptionKey({ file });
        const again = await loadEncryptionKey({ file, fromEnvironment: " " });

        expect(made).toHaveLength(32);
        expect(again).toEqual(made);
        expect((await stat(file)).mode & 0o777).toBe(0o600);
        expect(await readdir(directory)).toEqual(["encryption.key"]);
    });

    it("is the same for all who start at once", async () => {
        const file = join(await temporaryDirectory(), "encryption.key");

        const keys = await Promise.all(Array.from({ length: 8 }, () => loadEncryptionKey({ file })));

        expect(new Set(keys.map((key) => Buffer.from(key).toString("hex"))).size).toBe(1);
    });

    it("is never replaced when its file is damaged", async () => {
        const file = join(await temporaryDirectory(), "encryption.key");
        await writeFile(file, "damaged");

        await expect(loadEncryptionKey({ file })).rejects.toMatchObject({ code: "invalid" });
        expect(await readFile(file, "utf8")).toBe("damaged");
    });
});
