import { sha256 } from "../platform/crypto/hash.ts";
import { randomId } from "../platform/crypto/random-id.ts";
import { bcryptHasher } from "./adapters/password/bcrypt.ts";
import { loadLoginSecret } from "./adapters/password/login-secret.ts";
import { jwtLoginTokens } from "./adapters/password/login-tokens.ts";
import { memoryRateLimit } from "./adapters/rate-limit/memory.ts";
import { totpCodes } from "./adapters/two-factor/totp.ts";
import type { RateLimit } from "./core/rate-limit.ts";
import type { HostOptions } from "./host-options.ts";
import type { LoginPorts } from "./services/log-in.ts";
import { createLoginGuard } from "./services/login-guard.ts";
import { createSetUp, type SetUp } from "./services/set-up.ts";
import { createTwoFactor, type TwoFactor } from "./services/two-factor.ts";

export interface Accounts {
    readonly login: LoginPorts;
    readonly setUp: SetUp;
    readonly twoFactor: TwoFactor;
    /** Tokens that open nothing, per address. */
    readonly badTokens: RateLimit;
}

/** Failures a minute from one address; of one person from there. */
const perMinute = { address: 20, addressAndName: 10, setUp: 20, badTokens: 20 };
/** Failures in a quarter of an hour in one person's name, wherever they come from. */
const perQuarterHour = { name: 50, codes: 20 };

/** How people log in. `code` is what making the first user takes. */
export async function createAccounts(options: HostOptions, code: string | undefined): Promise<Accounts> {
    const { users, settings, loginSessions, recoveryCodes, secrets } = options;
    const passwords = bcryptHasher();
    const login: LoginPorts = {
        ...{ users, settings, loginSessions, recoveryCodes, secrets, passwords },
        tokens: jwtLoginTokens(await loadLoginSecret(settings, passwords)),
        codes: totpCodes(),
        guard: createLoginGuard({
            limits: {
                perAddress: memoryRateLimit(perMinute.address, 60),
                perAddressAndName: memoryRateLimit(perMinute.addressAndName, 60),
                perName: memoryRateLimit(perQuarterHour.name, 900),
                codesPerName: memoryRateLimit(perQuarterHour.codes, 900),
            },
            sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        }),
        hashToken: sha256,
        newId: randomId,
        now: () => new Date(),
    };
    return {
        login,
        setUp: createSetUp({ users, passwords, failures: memoryRateLimit(perMinute.setUp, 60), code }),
        twoFactor: createTwoFactor(login),
        badTokens: memoryRateLimit(perMinute.badTokens, 60),
    };
}
