import type { LogLine } from "../../../common/schema/log-line.ts";

/**
 * The known lines with those of the received that continue them; lines known already are left out. `gap` when lines
 * are missing in between.
 */
export function continueLines(known: readonly LogLine[], received: readonly LogLine[]): readonly LogLine[] | "gap" {
    const last = known.at(-1)?.seq;
    const fresh = last === undefined ? received : received.filter(({ seq }) => seq > last);
    const first = fresh[0];
    if (first === undefined) {
        return known;
    }
    return last === undefined || first.seq === last + 1 ? known.concat(fresh) : "gap";
}
