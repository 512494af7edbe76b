import { useTitle } from "@vueuse/core";
import { computed } from "vue";
import { useI18n } from "vue-i18n";
import { useRoute } from "vue-router";
import { pageTitle } from "../model/page-title.ts";
import { useSession } from "./useSession.ts";

/** Names the browser's tab for the page that is shown, so that tabs and the history can be told apart. */
export function usePageTitle(): void {
    const { t } = useI18n();
    const { state } = useSession();
    const route = useRoute();

    function parts(): readonly string[] {
        if (state.value === "login") {
            return [t("login.title")];
        }
        const { key, subjects } = pageTitle(String(route.name ?? ""), route.params);
        return key === undefined ? subjects : [t(key), ...subjects];
    }

    useTitle(computed(() => [...parts(), t("app.name")].join(" – ")));
}
