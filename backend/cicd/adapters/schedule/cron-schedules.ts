import { Cron } from "croner";
import { AppError } from "../../../../common/errors.ts";
import type { Schedules } from "../../core/schedule.ts";

const cronShape = /^(?:@[a-z]+|\S+(?:\s+\S+){4,5})$/i;
const form = 'give minute hour day month weekday, such as "0 3 * * *" for every night at three, or "@daily"';

/** Cron expressions, read by croner; a time that daylight saving skips comes right after the gap, a doubled one once. */
export const cronSchedules: Schedules = {
    read(expression, timeZone) {
        checkTimeZone(timeZone);
        const cron = readCron(expression.trim(), timeZone);
        return {
            next: (after) => cron.nextRun(after) ?? undefined,
            previous: (before) => cron.previousRuns(1, before)[0],
        };
    },
};

function readCron(expression: string, timeZone: string | undefined): Cron {
    if (!cronShape.test(expression)) {
        throw new AppError("invalid", `schedule: "${expression}" is no cron expression; ${form}`);
    }
    try {
        const options = { paused: true, mode: "5-or-6-parts" } as const;
        return new Cron(expression, timeZone === undefined ? options : { ...options, timezone: timeZone });
    } catch (error) {
        throw new AppError("invalid", `schedule: ${reasonOf(error)}; ${form}`, { cause: error });
    }
}

function reasonOf(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error);
    return text.replace(/^\w+: /, "").replace(/\.$/, "");
}

function checkTimeZone(timeZone: string | undefined): void {
    if (timeZone === undefined) {
        return;
    }
    try {
        new Intl.DateTimeFormat("en", { timeZone });
    } catch (error) {
        throw new AppError(
            "invalid",
            `scheduleTimeZone: "${timeZone}" is no time zone; give an IANA name such as Europe/Berlin or UTC`,
            { cause: error },
        );
    }
}
