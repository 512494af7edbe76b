import type { Cipher } from "../../../platform/crypto/cipher.ts";
import type { SecretBox } from "../../core/secret-box.ts";

const mark = "cicd:";

export function createSecretBox(cipher: Cipher): SecretBox {
    const isSealed = (stored: string): boolean => stored.startsWith(mark);
    return {
        isSealed,
        seal: (text, context) => mark + cipher.encrypt(text, context),
        open: (stored, context) => (isSealed(stored) ? cipher.decrypt(stored.slice(mark.length), context) : stored),
    };
}
