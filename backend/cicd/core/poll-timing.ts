const spreadPerRemoteMilliseconds = 500;
const longestSpreadMilliseconds = 60_000;
const longestBackOffSeconds = 3600;
const mostAtOnce = 4;
/** One fewer: a server that does not answer must not keep the others waiting. */
const mostPerHost = 3;

/** Milliseconds to the next poll: the interval, ±10 %. `random` is in [0, 1). */
export function jittered(intervalSeconds: number, random: number): number {
    return Math.round(intervalSeconds * 1000 * (0.9 + 0.2 * random));
}

/** Milliseconds from the start to the first poll of one remote out of many: spread, so that they do not all come at once. */
export function startDelay(index: number, count: number, random: number): number {
    const spread = Math.min(longestSpreadMilliseconds, spreadPerRemoteMilliseconds * count);
    return Math.round(((index + random) * spread) / count);
}

/** Seconds between polls of a remote that failed so many times: doubled each time, to an hour at most. */
export function backOff(intervalSeconds: number, failures: number): number {
    return Math.min(intervalSeconds * 2 ** failures, Math.max(intervalSeconds, longestBackOffSeconds));
}

/** Which remotes that are due may be asked now, beside those hosts that are being asked. */
export function pickPolls<Poll extends { readonly host: string }>(
    due: readonly Poll[],
    asking: readonly string[],
): readonly Poll[] {
    const hosts = [...asking];
    return due.filter(({ host }) => {
        const fits = hosts.length < mostAtOnce && hosts.filter((one) => one === host).length < mostPerHost;
        if (fits) {
            hosts.push(host);
        }
        return fits;
    });
}
