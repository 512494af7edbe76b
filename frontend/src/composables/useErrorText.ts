import { useI18n } from "vue-i18n";
import { pageWords } from "../model/page-words.ts";
import { serverSentences } from "../model/server-sentences.ts";
import { CallError } from "../socket/call-error.ts";

/** Turns anything thrown into a sentence for people. */
export function useErrorText(): (error: unknown) => string {
    const { t, te } = useI18n();

    return (error) => {
        if (!(error instanceof Error)) {
            return t("error.unknown");
        }
        const known = serverSentences[error.message];
        if (known !== undefined) {
            return t(known);
        }
        const isKey = error instanceof CallError && error.translatable && te(error.message, "en");
        return isKey ? t(error.message) : pageWords(error.message, t("error.privateAddress"));
    };
}
