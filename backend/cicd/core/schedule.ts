/** The times of a schedule. */
export interface Schedule {
    /** The first time after a moment; undefined where none ever comes. */
    next(after: Date): Date | undefined;
    /** The last time before a moment; undefined where there was none. */
    previous(before: Date): Date | undefined;
}

/** Reads cron expressions. */
export interface Schedules {
    /**
     * Five fields, six with seconds first, or a name such as `@daily`; `timeZone` is an IANA name, without it the
     * server's own. Throws AppError `invalid` naming `schedule` or `scheduleTimeZone`.
     */
    read(expression: string, timeZone: string | undefined): Schedule;
}
