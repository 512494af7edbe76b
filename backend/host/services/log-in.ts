import { AppError } from "../../../common/errors.ts";
import { addressKey } from "../core/client-address.ts";
import type { LoginTokens } from "../core/login-token.ts";
import type { PasswordHasher } from "../core/password.ts";
import type { RateLimit } from "../core/rate-limit.ts";
import type { UserRecord, UserStore } from "../core/user.ts";

export interface LoginPorts {
    readonly users: UserStore;
    readonly passwords: PasswordHasher;
    readonly tokens: LoginTokens;
    /** Failed attempts per address. */
    readonly failures: RateLimit;
}

export interface PasswordLogin {
    readonly username: string;
    readonly password: string;
    /** The two-factor code. */
    readonly code?: string | undefined;
    readonly address: string;
}

export type LoginResult =
    | { readonly kind: "logged_in"; readonly user: UserRecord; readonly token: string }
    | { readonly kind: "token_required" };

/**
 * Logs in by name and password. Throws AppError `unauthorized` (`authIncorrectCreds`), and `rate_limited` after 20
 * failures a minute from one address.
 */
export async function logInByPassword(ports: LoginPorts, login: PasswordLogin): Promise<LoginResult> {
    const { users, tokens } = ports;
    const user = await users.findActive(login.username);
    const hash = user?.passwordHash;
    const matches = await isPassword(ports, login.password, hash, login.address);
    if (!matches || user === undefined || hash === undefined) {
        throw new AppError("unauthorized", "authIncorrectCreds");
    }
    if (user.twofaEnabled && !login.code) {
        return { kind: "token_required" };
    }
    if (user.twofaEnabled) {
        throw new AppError(
            "unauthorized",
            "Two-factor codes cannot be checked by this server; " +
                "switch two-factor login off with `dockge-cicd user reset-password`",
        );
    }
    return { kind: "logged_in", user, token: tokens.issue(user.username, hash) };
}

/** Whether a password is right. Throws AppError `rate_limited`; attempts count while they run, right ones not after. */
export async function isPassword(
    { passwords, failures }: Pick<LoginPorts, "passwords" | "failures">,
    password: string,
    hash: string | undefined,
    address: string,
): Promise<boolean> {
    const key = addressKey(address);
    if (!(await failures.take(key))) {
        throw new AppError("rate_limited", "Too frequently, try again later.");
    }
    const matches = await passwords.verify(password, hash);
    if (matches) {
        await failures.giveBack(key);
    }
    return matches;
}

/** Who a login token belongs to. Throws AppError `unauthorized` with one of the page's keys. */
export async function logInByToken(
    { users, tokens }: Pick<LoginPorts, "users" | "tokens">,
    token: string,
): Promise<UserRecord> {
    const claim = tokens.read(token);
    if (claim === undefined) {
        throw new AppError("unauthorized", "authInvalidToken");
    }
    const user = await users.findActive(claim.username);
    if (user?.passwordHash === undefined) {
        throw new AppError("unauthorized", "authUserInactiveOrDeleted");
    }
    if (!tokens.isCurrent(claim, user.passwordHash)) {
        throw new AppError("unauthorized", "authInvalidToken");
    }
    return user;
}
