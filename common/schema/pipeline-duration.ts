import { z } from "zod";

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const piece = "\\d{1,9} ?(?:s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?)";
const wayOut = "give a number of seconds, or a text such as 90s, 10m or 1h 30m";

/** A time as people write it: seconds, or `90s`, `10m`, `1h 30m`, `2 days`. */
export const PipelineDuration = z.union([
    z.int().positive(`is no duration; ${wayOut}`),
    z
        .string()
        .max(64, `is no duration; ${wayOut}`)
        .regex(new RegExp(`^${piece}(?: ?${piece}){0,5}$`), `is no duration; ${wayOut}`)
        .refine((text) => secondsOf(text) > 0, "is no time at all; give at least 1s"),
]);
export type PipelineDuration = z.infer<typeof PipelineDuration>;

/** How long a job may run: at most a day. */
export const PipelineTimeout = PipelineDuration.refine(
    (duration) => secondsOf(duration) <= 86_400,
    "is longer than a day; give at most 24h",
);

/** Seconds of a valid duration. */
export function secondsOf(duration: string | number): number {
    if (typeof duration === "number") {
        return duration;
    }
    const pieces = [...duration.matchAll(/(\d+) ?([a-z])/g)];
    return pieces.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? "s"] ?? 1), 0);
}
