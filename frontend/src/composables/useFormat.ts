import { useI18n } from "vue-i18n";
import { formatBytes } from "../model/byte-size.ts";
import { formatDuration, formatMilliseconds } from "../model/duration.ts";
import { formatUnit } from "../model/unit-format.ts";

export interface Format {
    bytes(count: number): string;
    duration(milliseconds: number): string;
    milliseconds(count: number): string;
    /** With one digit behind the comma below 10. */
    percent(value: number): string;
    /** Date and time of an instant (ISO 8601, or a Date). */
    dateTime(instant: string | Date): string;
}

/** Figures, sizes and times as the page's language writes them. Follows a change of the language where it is shown. */
export function useFormat(): Format {
    const { locale } = useI18n();
    return {
        bytes: (count) => formatBytes(count, locale.value),
        duration: (milliseconds) => formatDuration(milliseconds, locale.value),
        milliseconds: (count) => formatMilliseconds(count, locale.value),
        percent(value) {
            const digits = value < 10 ? 1 : 0;
            const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
            return formatUnit(value, "percent", locale.value, fraction);
        },
        dateTime: (instant) =>
            new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "short" }).format(
                new Date(instant),
            ),
    };
}
