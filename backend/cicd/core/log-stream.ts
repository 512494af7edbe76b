import type { DeploymentPhase } from "../../../common/schema/deployment.ts";
import type { LogLine, LogRange } from "../../../common/schema/log-line.ts";

/** Writes one deployment's log. Lines are masked before they get here. */
export interface LogWriter {
    /** Appends a line and gives it the next number. A line over 1 MiB is cut, a log over its limit ends politely. */
    write(stream: LogLine["stream"], phase: DeploymentPhase, text: string, job?: string): void;
    /** Resolves when everything written so far is on disk. */
    flush(): Promise<void>;
    /** Whether the log has reached its limit: what is written now is not kept. */
    isFull?(): boolean;
    close(): Promise<void>;
}

/** Logs in files, one per deployment, append-only, with sequence numbers that survive a restart. */
export interface LogStore {
    /** Opens for appending; a line that a crash cut in half is dropped, numbers go on. */
    open(deploymentId: string): Promise<LogWriter>;
    /** Lines in order: after a number, before one (the last `limit` of them), or, with neither, the newest. */
    read(deploymentId: string, range: LogRange): Promise<readonly LogLine[]>;
    /** Calls back with batches of new lines (≤ 50 ms) until the answer is called. Lines before are not sent. */
    subscribe(deploymentId: string, onLines: (lines: readonly LogLine[]) => void): () => void;
    /** Chunk positions and the bounded tail go to the database when a log ends. */
    tail(deploymentId: string, phases: readonly DeploymentPhase[], maxBytes: number): Promise<string>;
    remove(deploymentId: string): Promise<void>;
}

/** Where some lines of a log lie in its file. The chunks of a log follow each other without a gap. */
export interface LogChunk {
    readonly logId: string;
    readonly firstSeq: number;
    readonly lastSeq: number;
    readonly byteOffset: number;
    readonly byteLength: number;
    /** The log's last lines, only in the chunk that ends it. */
    readonly tail?: string | undefined;
}

/** Chunk positions in the database (`deployment_logs`, `job_logs`). */
export interface LogChunkStore {
    add(chunk: LogChunk): Promise<void>;
    /** In order. */
    list(logId: string): Promise<readonly LogChunk[]>;
    remove(logId: string): Promise<void>;
}
