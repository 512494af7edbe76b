/** How long a process group may take between SIGTERM and SIGKILL, in milliseconds. */
export const graceMilliseconds = 2000;

/** Sends a signal to every process of a group. False when the group is gone. */
export function signalGroup(groupId: number, signal: "SIGTERM" | "SIGKILL"): boolean {
    try {
        return process.kill(-groupId, signal);
    } catch {
        return false;
    }
}

export type EndReason = "cancelled" | "timed_out" | "output_too_large";

export interface GroupEnd {
    /** Why the group was asked to end; undefined while nobody asked. */
    reason(): EndReason | undefined;
    /** SIGTERM now, SIGKILL after the grace. Only the first reason counts. */
    request(reason: EndReason): void;
    /** Stops listening and ticking. */
    dispose(): void;
}

/** Ends a process group when the signal aborts or the time is over. */
export function endGroupOn(groupId: number, signal: AbortSignal, timeoutSeconds: number): GroupEnd {
    let reason: EndReason | undefined;
    let killTimer: NodeJS.Timeout | undefined;

    function request(why: EndReason): void {
        if (reason !== undefined) {
            return;
        }
        reason = why;
        signalGroup(groupId, "SIGTERM");
        killTimer = setTimeout(() => signalGroup(groupId, "SIGKILL"), graceMilliseconds);
    }

    const onAbort = (): void => request("cancelled");
    const timer = setTimeout(() => request("timed_out"), timeoutSeconds * 1000);
    signal.addEventListener("abort", onAbort, { once: true });
    return {
        reason: () => reason,
        request,
        dispose: () => {
            signal.removeEventListener("abort", onAbort);
            clearTimeout(timer);
            clearTimeout(killTimer);
        },
    };
}
