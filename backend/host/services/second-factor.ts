import { createHash } from "node:crypto";
import { AppError } from "../../../common/errors.ts";
import type { SecretBox } from "../core/secret-box.ts";
import type { OneTimeCodes, RecoveryCodeStore } from "../core/two-factor.ts";
import type { UserRecord, UserStore } from "../core/user.ts";
import { normalCode } from "./readable-code.ts";

export interface SecondFactorPorts {
    readonly users: UserStore;
    readonly codes: OneTimeCodes;
    readonly recoveryCodes: RecoveryCodeStore;
    readonly secrets: SecretBox;
    readonly now: () => Date;
}

/** What ties a sealed secret to its place. */
export const secretContext = "user.twofa_secret";

/** Whether a person's code is right; it counts once. A recovery code does in the place of the device's. */
export async function isSecondFactor(ports: SecondFactorPorts, user: UserRecord, given: string): Promise<boolean> {
    const code = given.replaceAll(/\s/g, "");
    if (/^\d{6}$/.test(code)) {
        return useDeviceCode(ports, user, code);
    }
    return ports.recoveryCodes.use(user.id, recoveryHash(user.id, code));
}

/** How a recovery code is stored. The codes are random and long enough for a plain hash. */
export function recoveryHash(userId: number, code: string): string {
    return createHash("sha256")
        .update(`${userId}:${normalCode(code)}`)
        .digest("hex");
}

/** The secret of a person's device. Throws AppError `conflict` where there is none, or another key has sealed it. */
export function deviceSecret({ secrets }: Pick<SecondFactorPorts, "secrets">, user: UserRecord): string {
    if (user.twofaSecret === undefined) {
        throw new AppError("conflict", "Two-factor login: there is no secret yet; begin anew");
    }
    return secrets.open(user.twofaSecret, secretContext);
}

/** Neither the code that was used last nor an older one opens anything. */
async function useDeviceCode(ports: SecondFactorPorts, user: UserRecord, code: string): Promise<boolean> {
    const secret = deviceSecret(ports, user);
    const now = ports.now();
    const step = ports.codes.stepOf(code, secret, now);
    const lastStep = user.twofaLastToken && ports.codes.stepOf(user.twofaLastToken, secret, now);
    if (step === undefined || user.twofaLastToken === code || (lastStep !== undefined && step <= Number(lastStep))) {
        return false;
    }
    return ports.users.useCode(user.id, code, user.twofaLastToken);
}
