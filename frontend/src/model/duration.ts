import { formatUnit } from "./unit-format.ts";

/** A length of time for people, as a language writes it: `30 ms`, `0.9 s`, `12 s`, `3 m 05 s`, `1 h 02 m`. */
export function formatDuration(milliseconds: number, locale: string): string {
    const seconds = Math.max(0, milliseconds) / 1000;
    if (seconds < 10) {
        return formatUnit(seconds, "second", locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    }
    const whole = Math.round(seconds);
    if (whole < 60) {
        return wholeSeconds(whole, locale);
    }
    const minutes = Math.floor(whole / 60);
    return minutes < 60
        ? pair([minutes, "minute"], [whole % 60, "second"], locale)
        : pair([Math.floor(minutes / 60), "hour"], [minutes % 60, "minute"], locale);
}

/** Whole seconds: `4 s`. */
export function wholeSeconds(seconds: number, locale: string): string {
    return formatUnit(seconds, "second", locale, { maximumFractionDigits: 0 });
}

/** Whole milliseconds: `30 ms`. */
export function formatMilliseconds(milliseconds: number, locale: string): string {
    return formatUnit(milliseconds, "millisecond", locale, { maximumFractionDigits: 0 });
}

function pair(large: readonly [number, string], small: readonly [number, string], locale: string): string {
    return `${formatUnit(...large, locale, {})} ${formatUnit(...small, locale, { minimumIntegerDigits: 2 })}`;
}

const steps = [
    { unit: "second", seconds: 1, below: 60 },
    { unit: "minute", seconds: 60, below: 3600 },
    { unit: "hour", seconds: 3600, below: 86_400 },
    { unit: "day", seconds: 86_400, below: 86_400 * 30 },
    { unit: "month", seconds: 86_400 * 30, below: 86_400 * 365 },
    { unit: "year", seconds: 86_400 * 365, below: Infinity },
] as const;

/** How long ago an instant was, in the words of a language: `3 minutes ago`. */
export function formatAge(instant: string, now: number, locale: string): string {
    const seconds = Math.max(0, (now - Date.parse(instant)) / 1000);
    const step = steps.find(({ below }) => seconds < below) ?? steps[0];
    return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(
        -Math.floor(seconds / step.seconds),
        step.unit,
    );
}
