import { ServerSettings } from "../../../common/schema/server-settings.ts";
import { settingTypes, type SettingStore } from "../core/setting.ts";

/** What the keys of this server's own settings begin with; Dockge's settings may not. */
export const ownKeyPrefix = "cicd.";

/** A value of another kind counts as unset. */
const Stored = ServerSettings.extend({ sessionDays: ServerSettings.shape.sessionDays.catch(null) });

/** The settings of this server that Dockge does not know. */
export async function readServerSettings(settings: SettingStore): Promise<ServerSettings> {
    const stored = await settings.list(settingTypes.cicd);
    const own = Object.entries(stored)
        .filter(([key]) => key.startsWith(ownKeyPrefix))
        .map(([key, value]) => [key.slice(ownKeyPrefix.length), value]);
    return Stored.parse({ sessionDays: null, ...Object.fromEntries(own) });
}

/** Changes what is given. */
export async function saveServerSettings(
    settings: SettingStore,
    change: { readonly [K in keyof ServerSettings]?: ServerSettings[K] | undefined },
): Promise<ServerSettings> {
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    await settings.save(
        settingTypes.cicd,
        Object.fromEntries(given.map(([name, value]) => [ownKeyPrefix + name, value])),
    );
    return readServerSettings(settings);
}
