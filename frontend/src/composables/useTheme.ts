import { useLocalStorage, usePreferredDark } from "@vueuse/core";
import { computed, watchEffect, type ComputedRef, type InjectionKey, type Ref } from "vue";
import { required } from "./required.ts";

export const themes = ["dark", "light", "auto"] as const;
export type Theme = (typeof themes)[number];

export interface ThemeChoice {
    readonly choice: Ref<Theme>;
    readonly isDark: ComputedRef<boolean>;
}

export const themeKey: InjectionKey<ThemeChoice> = Symbol("theme");

/** Dark or light. */
export function useTheme(): ThemeChoice {
    return required(themeKey);
}

/** Follows the user's choice (Dockge's key `theme`; dark without one) and sets the body's class. */
export function createTheme(body: HTMLElement): ThemeChoice {
    const choice = useLocalStorage<Theme>("theme", "dark");
    const prefersDark = usePreferredDark();
    const isDark = computed(() => (choice.value === "auto" ? prefersDark.value : choice.value !== "light"));

    watchEffect(() => {
        body.classList.toggle("dark", isDark.value);
        body.classList.toggle("light", !isDark.value);
    });
    return { choice, isDark };
}
