/** Dockge's own settings have the type `general`; settings of another type are never sent to a browser. */
export const settingTypes = { general: "general", cicd: "cicd" } as const;

/** Dockge's key/value settings. Values are JSON, but for the few texts that Dockge stores as they are (`jwtSecret`). */
export interface SettingStore {
    /** The value; undefined where there is none. A value that is no JSON is answered as text. */
    find(key: string): Promise<unknown>;
    /** All settings of a type. */
    list(type: string): Promise<Readonly<Record<string, unknown>>>;
    /** Stores values of a type, all or none; keys that belong to another type are left as they are. */
    save(type: string, values: Readonly<Record<string, unknown>>): Promise<void>;
    /** A text stored as it is, without a type: `jwtSecret`. */
    findText(key: string): Promise<string | undefined>;
    saveText(key: string, text: string): Promise<void>;
}
