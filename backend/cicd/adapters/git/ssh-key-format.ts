import { generateKeyPairSync, randomBytes } from "node:crypto";
import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import type { SshKeyPair } from "../../core/ssh.ts";

const keyType = "ssh-ed25519";
const blockSize = 8;
const lineLength = 70;

const Jwk = z.object({ x: z.string(), d: z.string() });

/** A new ed25519 pair, the private half in OpenSSH's own form without a passphrase; nothing of it touches a disk. */
export function makeKeyPair(comment: string): SshKeyPair {
    const { privateKey } = generateKeyPairSync("ed25519");
    const { x, d } = Jwk.parse(privateKey.export({ format: "jwk" }));
    const [open, secret] = [Buffer.from(x, "base64url"), Buffer.from(d, "base64url")];
    const blob = Buffer.concat([field(keyType), field(open)]);
    return {
        privateKey: armour(container(blob, privatePart(open, secret, comment))),
        publicKey: `${keyType} ${blob.toString("base64")} ${comment}`,
    };
}

/** `openssh-key-v1`: no cipher, no key derivation, one key. */
function container(publicBlob: Buffer, privateBlob: Buffer): Buffer {
    return Buffer.concat([
        Buffer.from("openssh-key-v1\0"),
        field("none"),
        field("none"),
        field(""),
        number(1),
        field(publicBlob),
        field(privateBlob),
    ]);
}

function privatePart(open: Buffer, secret: Buffer, comment: string): Buffer {
    const check = randomBytes(4);
    const fields = [field(keyType), field(open), field(Buffer.concat([secret, open])), field(comment)];
    const content = Buffer.concat([check, check, ...fields]);
    const missing = (blockSize - (content.length % blockSize)) % blockSize;
    return Buffer.concat([content, Buffer.from(Array.from({ length: missing }, (_, index) => index + 1))]);
}

function field(content: string | Buffer): Buffer {
    const bytes = Buffer.from(content);
    return Buffer.concat([number(bytes.length), bytes]);
}

function number(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
}

function armour(bytes: Buffer): string {
    const lines = bytes.toString("base64").match(new RegExp(`.{1,${lineLength}}`, "g")) ?? [];
    return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

/**
 * A pasted key as ssh wants it: `\n` at every line's end, also the last one, and nothing around it. Throws AppError
 * `invalid` for what is clearly something else.
 */
export function mendKey(text: string): string {
    const lines = text
        .replace(/^\uFEFF/, "")
        .split(/\r\n|\r|\n/)
        .map((line) => line.trim());
    const mended = `${lines.join("\n").trim()}\n`;
    const wrong = whyNoKey(mended);
    if (wrong !== undefined) {
        throw new AppError("invalid", `credentials.privateKey: ${wrong}`);
    }
    return mended;
}

function whyNoKey(text: string): string | undefined {
    if (/^(ssh-|ecdsa-|sk-)\S+ AAAA/.test(text) || text.startsWith("---- BEGIN SSH2 PUBLIC KEY")) {
        return "this is the public half; paste the private key, which begins with -----BEGIN … PRIVATE KEY-----";
    }
    if (text.startsWith("PuTTY-User-Key-File")) {
        return "this is PuTTY's own form; export it as an OpenSSH key (PuTTYgen: Conversions) and paste that";
    }
    const isWhole = /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\n[^]+\n-----END [A-Z0-9 ]*PRIVATE KEY-----\n$/.test(text);
    return isWhole
        ? undefined
        : "is not a whole private key; paste it with its first and last line (-----BEGIN …, -----END …)";
}
