/** The time, replaced in tests. */
export interface Clock {
    now(): Date;
    /** Resolves after so many milliseconds, or at once when the signal aborts. */
    sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
