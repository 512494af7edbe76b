import { createPrivateKey } from "node:crypto";
import ssh2 from "ssh2";

/** A key as the library reads it: of PKCS#8 it knows nothing. */
export function readablePrivateKey({
    privateKey,
    passphrase,
}: {
    readonly privateKey: string;
    readonly passphrase?: string | undefined;
}): { readonly privateKey: string; readonly passphrase?: string } {
    const given = { privateKey, ...(passphrase !== undefined && { passphrase }) };
    if (!/^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/m.test(privateKey)) {
        return given;
    }
    try {
        const key = createPrivateKey({ key: privateKey, ...(passphrase !== undefined && { passphrase }) });
        const type = key.asymmetricKeyType === "ec" ? "sec1" : "pkcs1";
        return { privateKey: key.export({ type, format: "pem" }).toString() };
    } catch {
        // The library says what it does not like.
        return given;
    }
}

/** The type of a key's blob, such as `ssh-ed25519`. */
export function hostKeyText(blob: Buffer): string {
    const parsed = ssh2.utils.parseKey(blob);
    const type = parsed instanceof Error ? blob.subarray(4, 4 + blob.readUInt32BE(0)).toString("latin1") : parsed.type;
    return `${type} ${blob.toString("base64")}`;
}
