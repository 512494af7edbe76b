import { z } from "zod";
import { AppError } from "../../../common/errors.ts";
import { settingTypes, type SettingStore } from "../core/setting.ts";

/** Dockge's general settings that this server itself reads; a value of another kind counts as unset. */
export const GeneralSettings = z.object({
    primaryHostname: z.string().catch(""),
    disableAuth: z.boolean().catch(false),
    trustProxy: z.boolean().catch(false),
});
export type GeneralSettings = z.infer<typeof GeneralSettings>;

const settingName = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/;
/** Sent by newer pages beside the settings, though it is a file. */
const notASetting = "globalENV";

export async function readGeneralSettings(settings: SettingStore): Promise<GeneralSettings> {
    return GeneralSettings.parse(await settings.list(settingTypes.general));
}

/**
 * Stores what a page sends. `isCurrentPassword` is asked only where logins are switched off. Throws AppError `invalid`
 * for a bad name, `unauthorized` for a wrong password.
 */
export async function saveGeneralSettings(
    settings: SettingStore,
    given: Readonly<Record<string, unknown>>,
    isCurrentPassword: () => Promise<boolean>,
): Promise<void> {
    const { [notASetting]: _file, ...values } = given;
    const badName = Object.keys(values).find((name) => !settingName.test(name));
    if (badName !== undefined) {
        throw new AppError("invalid", "settings: a name may only have letters, digits, _ . and -");
    }
    const stored = await readGeneralSettings(settings);
    if (values["disableAuth"] === true && !stored.disableAuth && !(await isCurrentPassword())) {
        throw new AppError("unauthorized", "Incorrect current password");
    }
    await settings.save(settingTypes.general, values);
}
