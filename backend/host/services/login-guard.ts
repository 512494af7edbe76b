import { AppError } from "../../../common/errors.ts";
import { addressKey } from "../core/client-address.ts";
import type { RateLimit } from "../core/rate-limit.ts";

/** Who tries to log in, from where. */
export interface Attempt {
    readonly address: string;
    readonly username: string;
}

/** How many failures there may be. Addresses with a good login lately are not counted by the last three. */
export interface GuardLimits {
    readonly perAddressAndName: RateLimit;
    readonly perAddress: RateLimit;
    /** Beyond it every check from elsewhere waits a little: nobody can lock a person out by failing in their name. */
    readonly perName: RateLimit;
    /** One-time codes are short: beyond it no more are checked. Whoever comes this far knows the password. */
    readonly codesPerName: RateLimit;
}

export interface GuardPorts {
    readonly limits: GuardLimits;
    readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Slows guessing down on every way in. Attempts count while they run; right ones do not afterwards. */
export interface LoginGuard {
    /** Checks a password. Throws AppError `rate_limited`. */
    password(who: Attempt, check: () => Promise<boolean>): Promise<boolean>;
    /** Checks a second factor. Throws AppError `rate_limited`. */
    code(who: Attempt, check: () => Promise<boolean>): Promise<boolean>;
    /** A person has logged in well from there. */
    welcome(who: Attempt): void;
}

const slowMilliseconds = 2000;
const knownPlaces = 10_000;

export function createLoginGuard({ limits, sleep }: GuardPorts): LoginGuard {
    const known = new Set<string>();

    async function counted(
        shares: readonly (readonly [RateLimit, string])[],
        check: () => Promise<boolean>,
    ): Promise<boolean> {
        for (const [limit, key] of shares) {
            if (!(await limit.take(key))) {
                throw tooFrequent();
            }
        }
        const isRight = await check();
        if (isRight) {
            await Promise.all(shares.map(([limit, key]) => limit.giveBack(key)));
        }
        return isRight;
    }

    async function slowed(username: string, check: () => Promise<boolean>): Promise<boolean> {
        const isFree = await limits.perName.take(username);
        if (!isFree) {
            await sleep(slowMilliseconds);
        }
        const isRight = await check();
        if (isRight && isFree) {
            await limits.perName.giveBack(username);
        }
        return isRight;
    }

    return {
        password(who, check) {
            const pair = pairOf(who);
            if (known.has(pair)) {
                return counted([[limits.perAddressAndName, pair]], check);
            }
            const shares = [
                [limits.perAddress, addressKey(who.address)],
                [limits.perAddressAndName, pair],
            ] as const;
            return counted(shares, () => slowed(who.username, check));
        },
        code(who, check) {
            const pair = pairOf(who);
            const own = [limits.perAddressAndName, pair] as const;
            return counted(known.has(pair) ? [own] : [own, [limits.codesPerName, who.username]], check);
        },
        welcome(who) {
            const pair = pairOf(who);
            known.delete(pair);
            known.add(pair);
            const [oldest] = known;
            if (known.size > knownPlaces && oldest !== undefined) {
                known.delete(oldest);
            }
        },
    };
}

export function tooFrequent(): AppError {
    return new AppError("rate_limited", "Too frequently, try again later.");
}

function pairOf({ address, username }: Attempt): string {
    return `${addressKey(address)} ${username}`;
}
