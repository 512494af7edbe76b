import { createI18n } from "vue-i18n";
import en from "./lang/en.json";
import { locales, type Locale } from "./model/locale.ts";
import { pluralRules } from "./model/plural-rules.ts";

type Texts = typeof en;

/** Every language but English, which is part of the page; the others are loaded when they are chosen. */
const files = import.meta.glob<Texts>(["./lang/*.json", "!./lang/en.json"], { import: "default" });

/** The languages that there are texts for. */
export const availableLocales: readonly Locale[] = locales.filter(
    (locale) => locale === "en" || Object.hasOwn(files, fileOf(locale)),
);

const first: Record<string, Texts> = { en };

/** The page's texts. English is the source and the fallback. */
export const i18n = createI18n({
    legacy: false,
    locale: "en",
    fallbackLocale: "en",
    messages: first,
    pluralRules,
});

/** Loads a language's texts where they are not there yet; rejects when they cannot be had. */
export async function loadTexts(locale: Locale): Promise<void> {
    const load = files[fileOf(locale)];
    if (load !== undefined && !i18n.global.availableLocales.includes(locale)) {
        i18n.global.setLocaleMessage(locale, await load());
    }
}

function fileOf(locale: Locale): string {
    return `./lang/${locale}.json`;
}
