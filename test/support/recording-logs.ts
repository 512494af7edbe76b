import type { LogStore } from "../../backend/cicd/core/log-stream.ts";

export interface RecordingLogs extends LogStore {
    /** All texts of a deployment's log, in order. */
    texts(deploymentId: string): readonly string[];
    readonly closed: Set<string>;
    /** Thrown by `open`. */
    failure: Error | undefined;
}

/** Logs that keep what is written. */
export function createRecordingLogs(): RecordingLogs {
    const lines = new Map<string, string[]>();
    const closed = new Set<string>();
    const logs: RecordingLogs = {
        closed,
        failure: undefined,
        texts: (id) => lines.get(id) ?? [],
        async open(id) {
            if (logs.failure !== undefined) {
                throw logs.failure;
            }
            const texts = lines.get(id) ?? [];
            lines.set(id, texts);
            return {
                write: (_stream, _phase, text) => void texts.push(text),
                flush: async () => undefined,
                close: async () => void closed.add(id),
            };
        },
        read: async () => [],
        subscribe: () => () => undefined,
        tail: async (id) => (lines.get(id) ?? []).join("\n"),
        remove: async (id) => void lines.delete(id),
    };
    return logs;
}
