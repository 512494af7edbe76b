import { AppError } from "../../../common/errors.ts";
import type { BuildConfigInput } from "../../../common/schema/build-config.ts";
import type { Clock } from "../core/clock.ts";
import type { Schedule, Schedules } from "../core/schedule.ts";

export interface ScheduleTimesPorts {
    readonly schedules: Schedules;
    readonly clock: Pick<Clock, "now">;
}

type Scheduled = Pick<BuildConfigInput, "schedule" | "scheduleTimeZone">;

/** The times of a configuration's schedule; undefined where it has none. Throws `invalid` naming the field. */
export function readSchedule(
    { schedules }: Pick<ScheduleTimesPorts, "schedules">,
    { schedule, scheduleTimeZone }: Scheduled,
): Schedule | undefined {
    const expression = schedule?.trim() ?? "";
    return expression === "" ? undefined : schedules.read(expression, scheduleTimeZone ?? undefined);
}

/** Throws `invalid` where a schedule cannot be read, or never comes. */
export function checkSchedule(ports: ScheduleTimesPorts, config: Scheduled): void {
    const schedule = readSchedule(ports, config);
    if (schedule !== undefined && schedule.next(ports.clock.now()) === undefined) {
        throw new AppError(
            "invalid",
            `schedule: "${config.schedule ?? ""}" never comes; give a time that exists, such as "0 3 * * *"`,
        );
    }
}

/** When a configuration's schedule comes next; undefined where it never does. */
export function nextScheduledAt(ports: ScheduleTimesPorts, config: Scheduled): string | undefined {
    try {
        return readSchedule(ports, config)?.next(ports.clock.now())?.toISOString();
    } catch (error) {
        if (error instanceof AppError) {
            // It was valid when it was saved; another machine may know fewer time zones.
            return undefined;
        }
        throw error;
    }
}
