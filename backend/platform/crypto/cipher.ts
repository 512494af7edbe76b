import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { AppError } from "../../../common/errors.ts";

const version = "v1:";
const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** What is stored was encrypted with another key, or was changed since. */
export class WrongKeyError extends AppError {
    constructor(options: { cause?: unknown } = {}) {
        super(
            "conflict",
            "encryption key: it does not open what is stored; give back the key that was in use " +
                "(CICD_ENCRYPTION_KEY, or the file cicd/encryption.key of the data directory)",
            options,
        );
        this.name = "WrongKeyError";
    }
}

/**
 * Encrypts texts for the database. `context` ties a text to its place: it must be the same when decrypting, and is not
 * stored. `decrypt` throws WrongKeyError.
 */
export interface Cipher {
    encrypt(text: string, context?: string): string;
    decrypt(encrypted: string, context?: string): string;
}

/** AES-256-GCM with a random nonce per text; the form is `v1:` and base64 of nonce, ciphertext and tag. */
export function createCipher(key: Uint8Array): Cipher {
    return {
        encrypt(text, context = "") {
            const nonce = randomBytes(nonceBytes);
            const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(context));
            const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
            return version + Buffer.concat([nonce, body, cipher.getAuthTag()]).toString("base64");
        },
        decrypt(encrypted, context = "") {
            if (!encrypted.startsWith(version)) {
                throw new WrongKeyError();
            }
            const bytes = Buffer.from(encrypted.slice(version.length), "base64");
            if (bytes.length < nonceBytes + tagBytes) {
                throw new WrongKeyError();
            }
            return open(key, bytes, context);
        },
    };
}

function open(key: Uint8Array, bytes: Buffer, context: string): string {
    const nonce = bytes.subarray(0, nonceBytes);
    const body = bytes.subarray(nonceBytes, bytes.length - tagBytes);
    const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(bytes.length - tagBytes));
    try {
        return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
    } catch (cause) {
        throw new WrongKeyError({ cause });
    }
}
