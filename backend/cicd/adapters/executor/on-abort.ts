/** Acts once the signal aborts, at once where it has; answers what takes the wish back. */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
    if (signal.aborted) {
        act();
        return () => undefined;
    }
    signal.addEventListener("abort", act, { once: true });
    return () => signal.removeEventListener("abort", act);
}
