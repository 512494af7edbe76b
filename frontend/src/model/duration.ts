/** A length of time for people: `0.9 s`, `12 s`, `3 m 05 s`, `1 h 02 m`. */
export function formatDuration(milliseconds: number): string {
    const seconds = Math.max(0, milliseconds) / 1000;
    if (seconds < 10) {
        return `${seconds.toFixed(1)} s`;
    }
    const whole = Math.round(seconds);
    if (whole < 60) {
        return `${whole} s`;
    }
    const minutes = Math.floor(whole / 60);
    if (minutes < 60) {
        return `${minutes} m ${twoDigits(whole % 60)} s`;
    }
    return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} m`;
}

function twoDigits(count: number): string {
    return String(count).padStart(2, "0");
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
