/** Files of the user that a deployment replaced, under `replaced/<stack>/<deployment>`. */
export interface ReplacedFiles {
    readonly deploymentId: string;
    /** When the deployment was made, or, where it is not known any more, when they were last written; ISO 8601. */
    readonly createdAt: string;
    /** The deployment waits or runs. */
    readonly isActive: boolean;
    /** Its release is kept. */
    readonly isKept: boolean;
}

const dayMilliseconds = 24 * 3600_000;
const keptDays = 30;
/** What was there before git came is missed later than an edit of last month. */
const firstDays = 90;

/**
 * Those of one stack that may go: older than 30 days, not among the newest `keep`, of no release that is kept; and the
 * first of all, what lay in the folder before git, not within 90 days.
 */
export function replacedToRemove(all: readonly ReplacedFiles[], keep: number, now: Date): readonly ReplacedFiles[] {
    const newestFirst = all.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    return newestFirst.filter((files, index) => {
        const days = (now.getTime() - Date.parse(files.createdAt)) / dayMilliseconds;
        const isFirst = index === newestFirst.length - 1;
        return index >= keep && !files.isActive && !files.isKept && days > (isFirst ? firstDays : keptDays);
    });
}
