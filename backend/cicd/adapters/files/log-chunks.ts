import type { LogChunk, LogChunkStore } from "../../core/log-stream.ts";

const chunkBytes = 1024 * 1024;

/** Notes where the lines of a log lie, one chunk per MiB and one when the log is closed. */
export class LogChunkNotes {
    readonly #logId: string;
    readonly #store: LogChunkStore;
    readonly #onError: (error: unknown) => void;
    #firstSeq: number;
    #byteOffset: number;
    #lastSeq: number;
    #byteLength = 0;
    #noting: Promise<void> = Promise.resolve();

    private constructor(
        logId: string,
        store: LogChunkStore,
        onError: (error: unknown) => void,
        noted: LogChunk | undefined,
    ) {
        this.#logId = logId;
        this.#store = store;
        this.#onError = onError;
        this.#lastSeq = noted?.lastSeq ?? 0;
        this.#firstSeq = this.#lastSeq + 1;
        this.#byteOffset = noted === undefined ? 0 : noted.byteOffset + noted.byteLength;
    }

    /** Goes on where the last noted chunk ends, so that lines which a crash left unnoted are noted now. */
    static async open(logId: string, store: LogChunkStore, onError: (error: unknown) => void): Promise<LogChunkNotes> {
        const chunks = await store.list(logId);
        return new LogChunkNotes(logId, store, onError, chunks.at(-1));
    }

    /** So far the log's lines reach. */
    reached(lastSeq: number, size: number): void {
        this.#lastSeq = lastSeq;
        this.#byteLength = size - this.#byteOffset;
        if (this.#byteLength >= chunkBytes) {
            this.#note(undefined);
        }
    }

    async close(tail: string): Promise<void> {
        if (this.#byteLength > 0) {
            this.#note(tail);
        }
        await this.#noting;
    }

    #note(tail: string | undefined): void {
        const chunk = {
            logId: this.#logId,
            firstSeq: this.#firstSeq,
            lastSeq: this.#lastSeq,
            byteOffset: this.#byteOffset,
            byteLength: this.#byteLength,
            tail,
        };
        this.#firstSeq = this.#lastSeq + 1;
        this.#byteOffset += this.#byteLength;
        this.#byteLength = 0;
        this.#noting = this.#noting.then(() => this.#store.add(chunk)).catch(this.#onError);
    }
}
