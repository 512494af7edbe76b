import { AppError } from "../../../common/errors.ts";
import { whyWeak } from "../core/password.ts";
import { isPassword, type LoginPorts } from "./log-in.ts";

export interface PasswordChange {
    readonly username: string;
    readonly currentPassword: string;
    readonly newPassword: string;
    readonly address: string;
}

/** Changes a person's password, which ends all logins with the old one. Throws `unauthorized` or `invalid`. */
export async function changePassword(
    ports: Pick<LoginPorts, "users" | "passwords" | "failures">,
    change: PasswordChange,
): Promise<void> {
    const user = await ports.users.findActive(change.username);
    const matches = await isPassword(ports, change.currentPassword, user?.passwordHash, change.address);
    if (user === undefined || !matches) {
        throw new AppError("unauthorized", "Incorrect current password");
    }
    const weakness = whyWeak(change.newPassword);
    if (weakness !== undefined) {
        throw new AppError("invalid", weakness);
    }
    await ports.users.update(user.id, { passwordHash: await ports.passwords.hash(change.newPassword) });
}
