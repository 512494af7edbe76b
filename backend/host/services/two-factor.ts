import { AppError } from "../../../common/errors.ts";
import type { UserRecord } from "../core/user.ts";
import { checkPassword, type PasswordPorts } from "./log-in.ts";
import { readableCode } from "./readable-code.ts";
import { deviceSecret, recoveryHash, secretContext, type SecondFactorPorts } from "./second-factor.ts";

/** A person who shows once more to know the password. */
export interface Confirmation {
    readonly username: string;
    readonly password: string;
    readonly address: string;
}

/** Switching two-factor login on and off. Wrong passwords throw AppError `unauthorized` or `rate_limited`. */
export interface TwoFactor {
    status(username: string): Promise<{ readonly status: boolean; readonly recoveryCodesLeft: number }>;
    /** Makes a secret, which counts once it is confirmed. Throws `conflict` while two-factor login is on. */
    prepare(who: Confirmation): Promise<{ readonly uri: string; readonly secret: string }>;
    /** Whether a code fits the secret. */
    verify(who: Confirmation, code: string): Promise<boolean>;
    /** Answers the recovery codes, this one time. Throws `conflict` where no code was verified. */
    enable(who: Confirmation): Promise<readonly string[]>;
    disable(who: Confirmation): Promise<void>;
    /** New recovery codes in the place of the old ones. Throws `conflict` while two-factor login is off. */
    renewRecoveryCodes(who: Confirmation): Promise<readonly string[]>;
}

const recoveryCodeCount = 10;
const recoveryCodeGroups = 4;

type TwoFactorPorts = SecondFactorPorts & PasswordPorts;

export function createTwoFactor(ports: TwoFactorPorts): TwoFactor {
    const { prepare, verify, enable, ...others } = createChanges(ports);
    const inTurn = createTurns();
    return {
        ...others,
        verify,
        prepare: (who) => inTurn(() => prepare(who)),
        enable: (who) => inTurn(() => enable(who)),
        disable: (who) => inTurn(() => others.disable(who)),
        renewRecoveryCodes: (who) => inTurn(() => others.renewRecoveryCodes(who)),
    };
}

/** One change at a time: while a password is checked, another page's change would come between. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
    let last: Promise<unknown> = Promise.resolve();
    return (work) => {
        const mine = last.then(work, work);
        last = mine;
        return mine;
    };
}

function createChanges(ports: TwoFactorPorts): TwoFactor {
    const { users, recoveryCodes } = ports;
    return {
        ...switchingOn(ports),
        async status(username) {
            const user = await users.findActive(username);
            const status = user?.twofaEnabled === true;
            return { status, recoveryCodesLeft: user && status ? await recoveryCodes.countLeft(user.id) : 0 };
        },
        async disable(who) {
            const user = await checkPassword(ports, who);
            await users.update(user.id, { twofaEnabled: false, twofaSecret: undefined, twofaLastToken: undefined });
            await recoveryCodes.replace(user.id, []);
        },
        async renewRecoveryCodes(who) {
            const user = await checkPassword(ports, who);
            if (!user.twofaEnabled) {
                throw new AppError("conflict", "2faNotEnabled");
            }
            return makeRecoveryCodes(ports, user);
        },
    };
}

function switchingOn(ports: TwoFactorPorts): Pick<TwoFactor, "prepare" | "verify" | "enable"> {
    const { users, codes, secrets, guard } = ports;
    /** The stored secret that a person has shown to have on the device, and the code that showed it. */
    const verified = new Map<number, { readonly stored: string; readonly code: string }>();

    return {
        async prepare(who) {
            const user = await personWithout(ports, who);
            const secret = codes.newSecret();
            await users.update(user.id, { twofaSecret: secrets.seal(secret, secretContext) });
            return { secret, uri: codes.uri(user.username, secret) };
        },
        async verify(who, given) {
            const user = await checkPassword(ports, who);
            const secret = deviceSecret(ports, user);
            const code = given.replaceAll(/\s/g, "");
            const fits = async (): Promise<boolean> => codes.stepOf(code, secret, ports.now()) !== undefined;
            const isRight = await guard.code(who, fits);
            if (isRight) {
                verified.set(user.id, { stored: user.twofaSecret ?? "", code });
            }
            return isRight;
        },
        async enable(who) {
            const user = await personWithout(ports, who);
            const shown = verified.get(user.id);
            if (shown === undefined || shown.stored !== user.twofaSecret) {
                throw new AppError(
                    "conflict",
                    "Two-factor login: first show with a code that your device knows the secret",
                );
            }
            verified.delete(user.id);
            const made = await makeRecoveryCodes(ports, user);
            await users.update(user.id, { twofaEnabled: true, twofaLastToken: shown.code });
            return made;
        },
    };
}

async function personWithout(ports: TwoFactorPorts, who: Confirmation): Promise<UserRecord> {
    const user = await checkPassword(ports, who);
    if (user.twofaEnabled) {
        throw new AppError("conflict", "2faAlreadyEnabled");
    }
    return user;
}

async function makeRecoveryCodes(
    { recoveryCodes }: Pick<TwoFactorPorts, "recoveryCodes">,
    user: UserRecord,
): Promise<readonly string[]> {
    const made = Array.from({ length: recoveryCodeCount }, () => readableCode(recoveryCodeGroups));
    await recoveryCodes.replace(
        user.id,
        made.map((code) => recoveryHash(user.id, code)),
    );
    return made;
}
