import { useLocalStorage, usePreferredLanguages } from "@vueuse/core";
import { computed, watch, type InjectionKey, type Ref } from "vue";
import { availableLocales, i18n, loadTexts } from "../i18n.ts";
import { chooseLocale, type Locale } from "../model/locale.ts";
import { required } from "./required.ts";

export interface LocaleChoice {
    /** What the person chose; empty: as the browser says. */
    readonly choice: Ref<string>;
    /** Resolves when the page speaks the language of the moment of the call, or the one it had where that fails. */
    readonly ready: Promise<void>;
}

export const localeKey: InjectionKey<LocaleChoice> = Symbol("locale");

/** The language of the page. */
export function useLocale(): LocaleChoice {
    return required(localeKey);
}

/** Follows the person's choice (Dockge's key `locale`), else the browser's languages, and says so in `html[lang]`. */
export function createLocale(root: HTMLElement): LocaleChoice {
    const choice = useLocalStorage("locale", "");
    const preferred = usePreferredLanguages();
    const wanted = computed(() => chooseLocale(choice.value, preferred.value, availableLocales));

    async function speak(locale: Locale): Promise<void> {
        await loadTexts(locale);
        if (locale === wanted.value) {
            i18n.global.locale.value = locale;
            root.lang = locale;
        }
    }

    watch(wanted, (locale) => void speak(locale).catch(() => undefined));
    return { choice, ready: speak(wanted.value).catch(() => undefined) };
}
