const waiting = "waits for somebody to start ";
const between = "; ";

/** The note of a deployment whose pipeline waits for a person, after what was noted before. */
export function waitingNote(jobs: readonly string[], note: string | undefined): string {
    const before = withoutWaitingNote(note);
    return [...(before === undefined ? [] : [before]), `${waiting}${jobs.join(" or ")}`].join(between);
}

/** What was noted before it waited; undefined where nothing was. */
export function withoutWaitingNote(note: string | undefined): string | undefined {
    const at = note?.indexOf(waiting) ?? -1;
    return at < 0 ? note : note?.slice(0, Math.max(0, at - between.length)) || undefined;
}
