/** The page's languages, each by its own name. */
export const localeNames = {
    en: "English",
    de: "Deutsch",
    fr: "Français",
    es: "Español",
    "pt-BR": "Português (Brasil)",
    "zh-CN": "简体中文",
    ja: "日本語",
} as const;

export type Locale = keyof typeof localeNames;

/** In the order in which they are offered. */
export const locales: readonly Locale[] = ["en", "de", "fr", "es", "pt-BR", "zh-CN", "ja"];

/**
 * The language for what a person chose (empty: nothing) and what the browser prefers, in this order; `available` are
 * those that there are texts for. A region without texts of its own gets those of its language: pt-PT reads pt-BR.
 */
export function chooseLocale(choice: string, preferred: readonly string[], available: readonly Locale[]): Locale {
    for (const wanted of [choice, ...preferred]) {
        const found = closest(wanted, available);
        if (found !== undefined) {
            return found;
        }
    }
    return "en";
}

function closest(wanted: string, available: readonly Locale[]): Locale | undefined {
    const exact = available.find((locale) => locale.toLowerCase() === wanted.toLowerCase());
    return exact ?? available.find((locale) => languageOf(locale) === languageOf(wanted));
}

function languageOf(locale: string): string {
    return locale.toLowerCase().split(/[-_]/)[0] ?? "";
}
