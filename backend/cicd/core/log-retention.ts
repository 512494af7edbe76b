/** The log of a deployment, or the logs of a pipeline's run and its jobs, as they lie on the disk. */
export interface KeptLog {
    /** Of the deployment or the run. */
    readonly id: string;
    readonly stack: string;
    /** ISO 8601. */
    readonly createdAt: string;
    readonly bytes: number;
    /** It waits or runs, is live, or there is something else that its stack must keep it for. */
    readonly isNeeded: boolean;
}

export interface LogRules {
    /** So many of the newest of every stack are kept. */
    readonly perStack: number;
    /** Younger ones are kept. */
    readonly days: number;
    /** All together take no more than this: the oldest go first. */
    readonly mostBytes: number;
}

export const logRules: LogRules = { perStack: 200, days: 90, mostBytes: 5 * 1024 ** 3 };

/** Not even to make room: who looks at it may still be reading. */
const untouchedMilliseconds = 24 * 3600_000;
const dayMilliseconds = 24 * 3600_000;

/** The logs that may go: too many and too old, or the oldest where all together are too large. */
export function logsToRemove(logs: readonly KeptLog[], now: Date, rules: LogRules = logRules): readonly KeptLog[] {
    const newestFirst = logs.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    const ranks = new Map<string, number>();
    const gone = new Set<KeptLog>();
    let bytes = 0;
    for (const log of newestFirst) {
        const rank = ranks.get(log.stack) ?? 0;
        ranks.set(log.stack, rank + 1);
        const age = now.getTime() - Date.parse(log.createdAt);
        if (mayGo(log, age) && rank >= rules.perStack && age > rules.days * dayMilliseconds) {
            gone.add(log);
            continue;
        }
        bytes += log.bytes;
    }
    for (const log of newestFirst.toReversed()) {
        if (bytes > rules.mostBytes && !gone.has(log) && mayGo(log, now.getTime() - Date.parse(log.createdAt))) {
            gone.add(log);
            bytes -= log.bytes;
        }
    }
    return [...gone];
}

function mayGo({ isNeeded }: KeptLog, age: number): boolean {
    return !isNeeded && age > untouchedMilliseconds;
}
