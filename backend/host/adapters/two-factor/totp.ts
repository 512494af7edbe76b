import { Secret, TOTP } from "otpauth";
import type { OneTimeCodes } from "../../core/two-factor.ts";

const issuer = "Dockge CI/CD";
const periodSeconds = 30;
const form = { algorithm: "SHA1", digits: 6, period: periodSeconds } as const;
const secretBytes = 20;

export function totpCodes(): OneTimeCodes {
    return {
        newSecret: () => new Secret({ size: secretBytes }).base32,
        uri: (username, secret) => new TOTP({ ...form, issuer, label: username, secret }).toString(),
        stepOf(code, secret, now) {
            const timestamp = now.getTime();
            const delta = TOTP.validate({ ...form, token: code, secret: readSecret(secret), timestamp, window: 1 });
            return delta === null ? undefined : TOTP.counter({ period: periodSeconds, timestamp }) + delta;
        },
    };
}

/** A person may have typed it in with spaces, or in small letters. */
function readSecret(secret: string): Secret {
    return Secret.fromBase32(secret.replaceAll(/\s/g, "").toUpperCase());
}
