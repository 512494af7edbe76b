import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { deploymentPhases } from "../../../../common/schema/deployment.ts";
import type { Clock } from "../../core/clock.ts";
import type { LogChunkStore, LogStore } from "../../core/log-stream.ts";
import { LogChunkNotes } from "./log-chunks.ts";
import { LogListeners } from "./log-listeners.ts";
import { FileLogWriter } from "./log-writer.ts";
import { readLog, readTail } from "./read-log.ts";
import { safeId } from "./safe-id.ts";
import { SharedLogs, type OpenLog } from "./shared-logs.ts";

const defaultLimitBytes = 64 * 1024 * 1024;
const notedTailBytes = 64 * 1024;

export interface LogStorePorts {
    /** Where the files lie, such as `<data directory>/cicd/logs`. */
    readonly directory: string;
    readonly chunks: LogChunkStore;
    readonly clock: Clock;
    /** A log or its positions could not be stored. The deployment goes on. */
    readonly onError: (error: unknown) => void;
    /** The most that one log may take; 64 MiB. */
    readonly limitBytes?: number;
}

/** Logs as files of JSON lines, one per deployment. An id that is no id is refused with AppError `invalid`. */
export function createLogStore(ports: LogStorePorts): LogStore {
    const listeners = new LogListeners();
    const logs = new SharedLogs(openLog);
    const pathOf = (deploymentId: string): string => join(ports.directory, `${safeId(deploymentId)}.jsonl`);

    async function openLog(deploymentId: string): Promise<OpenLog> {
        const path = pathOf(deploymentId);
        await mkdir(ports.directory, { recursive: true, mode: 0o700 });
        const chunks = await LogChunkNotes.open(deploymentId, ports.chunks, ports.onError);
        const writer = await FileLogWriter.open(path, {
            limitBytes: ports.limitBytes ?? defaultLimitBytes,
            now: () => ports.clock.now(),
            onError: ports.onError,
            onLines(lines, size) {
                chunks.reached(lines.at(-1)?.seq ?? 0, size);
                listeners.tell(deploymentId, lines);
            },
        });
        const finish = async (): Promise<void> => {
            await writer.close();
            await chunks.close(await readTail(path, deploymentPhases, notedTailBytes));
        };
        return { writer, finish };
    }

    return {
        open: (deploymentId) => logs.open(deploymentId),
        read: async (deploymentId, range) => readLog(pathOf(deploymentId), range),
        subscribe: (deploymentId, onLines) => listeners.add(deploymentId, onLines),
        async tail(deploymentId, phases, maxBytes) {
            await logs.flush(deploymentId);
            return readTail(pathOf(deploymentId), phases, maxBytes);
        },
        async remove(deploymentId) {
            await rm(pathOf(deploymentId), { force: true });
            await ports.chunks.remove(deploymentId);
        },
    };
}
