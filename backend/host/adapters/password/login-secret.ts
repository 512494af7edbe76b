import { randomBytes } from "node:crypto";
import type { PasswordHasher } from "../../core/password.ts";
import type { SettingStore } from "../../core/setting.ts";

const settingKey = "jwtSecret";

/** The secret that login tokens are signed with, in Dockge's own row; made when there is none. */
export async function loadLoginSecret(settings: SettingStore, passwords: PasswordHasher): Promise<string> {
    const stored = await settings.findText(settingKey);
    if (stored !== undefined && stored !== "") {
        return stored;
    }
    const secret = await passwords.hash(randomBytes(48).toString("base64"));
    await settings.saveText(settingKey, secret);
    return secret;
}
