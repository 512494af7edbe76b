import type { LogStore } from "../../backend/cicd/core/log-stream.ts";
import type { LogLine } from "../../common/schema/log-line.ts";

export interface MemoryLogs extends LogStore {
    /** Appends lines and tells the subscribers at once. */
    write(deploymentId: string, texts: readonly string[], fields?: Partial<LogLine>): void;
    /** How many follow a log now. */
    followers(deploymentId: string): number;
    /** Called whenever a log is read, before the lines are taken: the place for what happens meanwhile. */
    beforeRead: (deploymentId: string) => void | Promise<void>;
}

/** Logs in memory. */
export function createMemoryLogs(): MemoryLogs {
    const logs = new Map<string, LogLine[]>();
    const listeners = new Map<string, Set<(lines: readonly LogLine[]) => void>>();
    const linesOf = (id: string): LogLine[] => logs.get(id) ?? [];
    return {
        beforeRead: () => undefined,
        write(id, texts, fields = {}) {
            const old = linesOf(id);
            const fresh = texts.map((text, index) => ({
                seq: old.length + index + 1,
                time: "2026-01-31T12:00:00.000Z",
                stream: "stdout" as const,
                phase: "building" as const,
                text,
                ...fields,
            }));
            logs.set(id, [...old, ...fresh]);
            listeners.get(id)?.forEach((listener) => listener(fresh));
        },
        followers: (id) => listeners.get(id)?.size ?? 0,
        async read(id, { afterSeq, beforeSeq, limit }) {
            await this.beforeRead(id);
            if (afterSeq !== undefined) {
                return linesOf(id)
                    .filter(({ seq }) => seq > afterSeq)
                    .slice(0, limit);
            }
            return linesOf(id)
                .filter(({ seq }) => seq < (beforeSeq ?? Infinity))
                .slice(-limit);
        },
        subscribe(id, onLines) {
            const all = listeners.get(id) ?? new Set();
            listeners.set(id, all.add(onLines));
            return () => void all.delete(onLines);
        },
        open: async () => Promise.reject(new Error("not played")),
        tail: async () => "",
        remove: async (id) => void logs.delete(id),
    };
}
