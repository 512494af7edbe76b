import { describe, expect, it } from "vitest";
import { cronSchedules } from "../../../../../backend/cicd/adapters/schedule/cron-schedules.ts";
import { containing } from "../../../../support/containing.ts";

const saturday = new Date("2026-01-31T12:00:00.000Z");

function times(expression: string, timeZone: string | undefined, from: string, count: number): readonly string[] {
    const schedule = cronSchedules.read(expression, timeZone);
    const found: Date[] = [];
    for (let after: Date | undefined = new Date(from); after !== undefined && found.length < count;) {
        after = schedule.next(after);
        found.push(...(after === undefined ? [] : [after]));
    }
    return found.map((time) => time.toISOString());
}

describe("a schedule", () => {
    it.each([
        ["0 3 * * *", "UTC", "2026-02-01T03:00:00.000Z"],
        ["0 3 * * *", "Europe/Berlin", "2026-02-01T02:00:00.000Z"],
        ["0 3 * * *", "Asia/Kolkata", "2026-01-31T21:30:00.000Z"],
        ["30 0 3 * * *", "UTC", "2026-02-01T03:00:30.000Z"],
        ["* * * * * *", "UTC", "2026-01-31T12:00:01.000Z"],
        ["@daily", "UTC", "2026-02-01T00:00:00.000Z"],
        ["  @hourly ", "UTC", "2026-01-31T13:00:00.000Z"],
        ["0 9 * * MON-FRI", "UTC", "2026-02-02T09:00:00.000Z"],
        ["0 0 31 2 *", "UTC", undefined],
    ])("'%s' in %s comes next at %s", (expression, timeZone, next) => {
        expect(cronSchedules.read(expression, timeZone).next(saturday)?.toISOString()).toBe(next);
    });

    it("knows when it last came", () => {
        expect(cronSchedules.read("0 3 * * *", "UTC").previous(saturday)?.toISOString()).toBe(
            "2026-01-31T03:00:00.000Z",
        );
    });

    it("runs once, after the gap, on the night when the clocks skip its hour", () => {
        expect(times("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2)).toEqual([
            "2026-03-29T01:00:00.000Z",
            "2026-03-30T00:30:00.000Z",
        ]);
    });

    it("runs once on the night when its hour comes twice", () => {
        expect(times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2)).toEqual([
            "2026-10-25T00:30:00.000Z",
            "2026-10-26T01:30:00.000Z",
        ]);
    });

    it.each([
        ["hello", "schedule:"],
        ["61 * * * *", "schedule:"],
        ["0 3 * *", "schedule:"],
        ["0 0 0 1 1 * 2030", "schedule:"],
        ["2026-03-29T10:00:00", "schedule:"],
        ["@reboot", "schedule:"],
        ["0 3 * * FUNDAY", "schedule:"],
    ])("'%s' is refused with the way out", (expression, field) => {
        expect(() => cronSchedules.read(expression, "UTC")).toThrow(field);
        expect(() => cronSchedules.read(expression, "UTC")).toThrow('such as "0 3 * * *"');
    });

    it.each(["Mars/Base", "+02:00", ""])("in the time zone '%s' is refused", (timeZone) => {
        const message = containing("scheduleTimeZone:");
        expect(() => cronSchedules.read("0 3 * * *", timeZone)).toThrow(
            expect.objectContaining({ code: "invalid", message }),
        );
    });
});
