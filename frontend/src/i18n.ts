import { createI18n } from "vue-i18n";
import en from "./lang/en.json";

/** The page's texts. English is the source and the fallback. */
export const i18n = createI18n({ legacy: false, locale: "en", fallbackLocale: "en", messages: { en } });
