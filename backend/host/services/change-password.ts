import { AppError } from "../../../common/errors.ts";
import type { LoginPlace } from "../core/login-session.ts";
import { whyWeak } from "../core/password.ts";
import { checkPassword, type LoginPorts } from "./log-in.ts";
import { beginLogin, type OpenLogin } from "./login-sessions.ts";

export interface PasswordChange extends LoginPlace {
    readonly username: string;
    readonly currentPassword: string;
    readonly newPassword: string;
}

/**
 * Changes a person's password, which ends all logins with the old one; answers a new login for the one who changed it.
 * Throws `unauthorized`, `rate_limited` or `invalid`.
 */
export async function changePassword(
    ports: LoginPorts,
    change: PasswordChange,
): Promise<OpenLogin & { readonly token: string }> {
    const user = await checkPassword(ports, { ...change, password: change.currentPassword });
    const weakness = whyWeak(change.newPassword);
    if (weakness !== undefined) {
        throw new AppError("invalid", weakness);
    }
    const passwordHash = await ports.passwords.hash(change.newPassword);
    const changed = await ports.users.update(user.id, { passwordHash });
    await ports.loginSessions.forget(user.id);
    return beginLogin(ports, changed, change);
}
