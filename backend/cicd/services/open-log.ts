import type { LogStore, LogWriter } from "../core/log-stream.ts";

/** Opens a log for appending. A disk that is full takes none; what runs says that itself, in its row. */
export async function openLog(
    { logs, onError }: { readonly logs: LogStore; readonly onError: (error: unknown) => void },
    id: string,
): Promise<LogWriter> {
    try {
        return await logs.open(id);
    } catch (error) {
        onError(error);
        return { write: () => undefined, flush: () => Promise.resolve(), close: () => Promise.resolve() };
    }
}
