import { inject, type InjectionKey } from "vue";

/** What the app provides under a key; throws where it is missing. */
export function required<T>(key: InjectionKey<T>): T {
    const value = inject(key);
    if (value === undefined) {
        throw new Error(`Nothing is provided for ${String(key)}`);
    }
    return value;
}
