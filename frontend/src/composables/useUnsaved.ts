import { useEventListener } from "@vueuse/core";
import type { Ref } from "vue";
import { useI18n } from "vue-i18n";
import { onBeforeRouteLeave } from "vue-router";
import { useConfirm } from "./useConfirm.ts";

/** Asks before the page is left while something that was typed in it is not saved. */
export function useUnsaved(dirty: Readonly<Ref<boolean>>): void {
    const { t } = useI18n();
    const { confirm } = useConfirm();

    onBeforeRouteLeave(() => {
        if (!dirty.value) {
            return true;
        }
        return confirm({
            title: t("unsaved.title"),
            body: t("unsaved.body"),
            action: t("unsaved.leave"),
            danger: true,
        });
    });
    useEventListener(window, "beforeunload", (event) => {
        if (dirty.value) {
            event.preventDefault();
        }
    });
}
