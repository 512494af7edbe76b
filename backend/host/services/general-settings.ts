import { z } from "zod";
import { AppError } from "../../../common/errors.ts";
import type { GlobalEnvironment } from "../core/global-environment.ts";
import { settingTypes, type SettingStore } from "../core/setting.ts";
import { ownKeyPrefix } from "./server-settings.ts";

/** Dockge's general settings that this server itself reads; a value of another kind counts as unset. */
export const GeneralSettings = z.object({
    primaryHostname: z.string().catch(""),
    disableAuth: z.boolean().catch(false),
    trustProxy: z.boolean().catch(false),
});
export type GeneralSettings = z.infer<typeof GeneralSettings>;

export interface GeneralSettingsPorts {
    readonly settings: SettingStore;
    readonly globalEnvironment: GlobalEnvironment;
}

const settingName = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/;
/** Sent by newer pages beside the settings, though it is a file. */
const globalEnvironmentKey = "globalENV";
const maxGlobalEnvironment = 1_000_000;

export async function readGeneralSettings(settings: SettingStore): Promise<GeneralSettings> {
    return GeneralSettings.parse(await settings.list(settingTypes.general));
}

/**
 * Stores what a page sends. `checkCurrentPassword` is called only where logins are switched off, and throws for a wrong
 * one. Throws AppError `invalid` for a bad name.
 */
export async function saveGeneralSettings(
    { settings, globalEnvironment }: GeneralSettingsPorts,
    given: Readonly<Record<string, unknown>>,
    checkCurrentPassword: () => Promise<unknown>,
): Promise<void> {
    const { [globalEnvironmentKey]: file, ...values } = given;
    const text = readGlobalEnvironment(file);
    const badName = Object.keys(values).find((name) => !settingName.test(name) || name.startsWith(ownKeyPrefix));
    if (badName !== undefined) {
        throw new AppError(
            "invalid",
            `settings: a name may only have letters, digits, _ . and -, and not begin with ${ownKeyPrefix}`,
        );
    }
    const stored = await readGeneralSettings(settings);
    if (values["disableAuth"] === true && !stored.disableAuth) {
        await checkCurrentPassword();
    }
    await settings.save(settingTypes.general, values);
    if (text !== undefined) {
        await globalEnvironment.write(text);
    }
}

/** What Dockge's page shows: its settings, and the file beside the stacks. */
export async function listGeneralSettings({
    settings,
    globalEnvironment,
}: GeneralSettingsPorts): Promise<Readonly<Record<string, unknown>>> {
    const stored = await settings.list(settingTypes.general);
    return { ...stored, [globalEnvironmentKey]: await globalEnvironment.read() };
}

/** Undefined where it was not sent: the file stays as it is then. */
function readGlobalEnvironment(given: unknown): string | undefined {
    if (given === undefined) {
        return undefined;
    }
    const text = given ?? "";
    if (typeof text !== "string" || text.length > maxGlobalEnvironment) {
        throw new AppError("invalid", `${globalEnvironmentKey}: is not a text of at most 1 MB`);
    }
    return text;
}
