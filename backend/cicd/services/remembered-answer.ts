import type { Clock } from "../core/clock.ts";

export interface RememberedAnswer<T> {
    /** The last answer, where it is not too old; else a new one, worked out once for all who ask meanwhile. */
    get(): Promise<T>;
    /** Makes the next one who asks get a new answer. */
    forget(): void;
}

/** Remembers an answer that takes long for so many milliseconds. Failures are not remembered. */
export function rememberAnswer<T>(
    clock: Pick<Clock, "now">,
    milliseconds: number,
    work: () => Promise<T>,
): RememberedAnswer<T> {
    let known: { readonly until: number; readonly answer: Promise<T> } | undefined;
    return {
        get() {
            const now = clock.now().getTime();
            // A clock that was set back must not keep an answer for ever.
            if (known !== undefined && now < known.until && now >= known.until - milliseconds) {
                return known.answer;
            }
            const answer = work();
            const mine = { until: now + milliseconds, answer };
            known = mine;
            answer.catch(() => {
                known = known === mine ? undefined : known;
            });
            return answer;
        },
        forget() {
            known = undefined;
        },
    };
}
