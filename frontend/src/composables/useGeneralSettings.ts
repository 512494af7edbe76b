import { GeneralSettings } from "../model/general-settings.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { useSocket } from "./useSocket.ts";

export interface LoadedSettings extends Loaded<GeneralSettings> {
    /** Stores what is given and nothing else; the password is asked for only where login is switched off. */
    save(values: Partial<GeneralSettings>, currentPassword?: string): Promise<void>;
}

/** Dockge's general settings of the server that sent the page. */
export function useGeneralSettings(): LoadedSettings {
    const { call } = useSocket();
    const loaded = useLoaded(async () => GeneralSettings.parse((await call("getSettings")).data));

    async function save(values: Partial<GeneralSettings>, currentPassword?: string): Promise<void> {
        await call("setSettings", values, currentPassword ?? null);
        await loaded.reload();
    }

    return { ...loaded, save };
}
