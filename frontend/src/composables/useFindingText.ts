import { useI18n } from "vue-i18n";
import type { Finding } from "../model/compose-spec/finding.ts";

/** The sentence of what was found in a file. */
export function useFindingText(): (finding: Finding) => string {
    const { t, locale } = useI18n();
    return (finding) => {
        switch (finding.code) {
            case "needs": {
                const shapes = finding.shapes.map((shape) => t(`editor.shape.${shape}`));
                const either = new Intl.ListFormat(locale.value, { type: "disjunction" }).format(shapes);
                return t("editor.finding.needs", { name: finding.name, shapes: either });
            }
            case "undefinedName":
                return t(`editor.undefined.${finding.kind}`, { name: finding.name });
            case "yaml":
                return finding.message;
            default:
                return t(`editor.finding.${finding.code}`, { ...finding });
        }
    };
}
