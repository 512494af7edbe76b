/** Calls back once after so many milliseconds, unless the returned function was called. Keeps no process alive. */
export function after(milliseconds: number, callback: () => void): () => void {
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
}
