import { AppError } from "../../../common/errors.ts";
import type { PasswordHasher } from "../core/password.ts";
import type { UserRecord, UserStore } from "../core/user.ts";
import type { Attempt, LoginGuard } from "./login-guard.ts";
import { beginLogin, type LoginSessionPorts, type OpenLogin } from "./login-sessions.ts";
import { isSecondFactor, type SecondFactorPorts } from "./second-factor.ts";

export interface PasswordPorts {
    readonly users: UserStore;
    readonly passwords: PasswordHasher;
    readonly guard: LoginGuard;
}

export type LoginPorts = PasswordPorts & SecondFactorPorts & LoginSessionPorts;

export interface PasswordLogin extends Attempt {
    readonly password: string;
    /** The second factor's code, or a recovery code; without two-factor login it is not looked at. */
    readonly code?: string | undefined;
    readonly userAgent: string;
}

export type LoginResult =
    ({ readonly kind: "logged_in"; readonly token: string } & OpenLogin) | { readonly kind: "token_required" };

/**
 * Logs in by name and password. Throws AppError `unauthorized` (`authIncorrectCreds`; `authInvalidToken` for a wrong
 * code), and `rate_limited` after too many failures.
 */
export async function logInByPassword(ports: LoginPorts, login: PasswordLogin): Promise<LoginResult> {
    const user = await ports.users.findActive(login.username);
    if (!(await isPassword(ports, login, user)) || user === undefined) {
        throw new AppError("unauthorized", "authIncorrectCreds");
    }
    if (user.twofaEnabled && !login.code?.trim()) {
        return { kind: "token_required" };
    }
    if (user.twofaEnabled) {
        await checkCode(ports, login, user);
    }
    ports.guard.welcome(login);
    return { kind: "logged_in", ...(await beginLogin(ports, user, login)) };
}

/** The person with this name and password. Throws AppError `unauthorized` or `rate_limited`. */
export async function checkPassword(
    ports: PasswordPorts,
    given: Attempt & { readonly password: string },
): Promise<UserRecord> {
    const user = await ports.users.findActive(given.username);
    if (!(await isPassword(ports, given, user)) || user === undefined) {
        throw new AppError("unauthorized", "Incorrect current password");
    }
    return user;
}

async function isPassword(
    { passwords, guard }: PasswordPorts,
    given: Attempt & { readonly password: string },
    user: UserRecord | undefined,
): Promise<boolean> {
    return guard.password(given, () => passwords.verify(given.password, user?.passwordHash));
}

async function checkCode(ports: LoginPorts, login: PasswordLogin, user: UserRecord): Promise<void> {
    if (!(await ports.guard.code(login, () => isSecondFactor(ports, user, login.code ?? "")))) {
        throw new AppError("unauthorized", "authInvalidToken");
    }
}
