import { open, type FileHandle } from "node:fs/promises";
import { AppError } from "../../../../common/errors.ts";
import type { DeploymentPhase } from "../../../../common/schema/deployment.ts";
import type { LogLine } from "../../../../common/schema/log-line.ts";
import { cutText, toFileText } from "./log-line-text.ts";
import { lastLine } from "./read-log.ts";

const batchMilliseconds = 25;
const retryMilliseconds = 1000;
const batchBytes = 256 * 1024;
/** How much is held back while the disk takes nothing. */
const heldBytes = 1024 * 1024;

export interface LogWriterOptions {
    readonly limitBytes: number;
    readonly now: () => Date;
    /** Lines that are on disk now, and the file's size with them. */
    readonly onLines: (lines: readonly LogLine[], size: number) => void;
    /** The disk takes nothing more; what waits is tried again. Called once until it takes something. */
    readonly onError: (error: unknown) => void;
}

/** Where a log stands: the number of its last line, its size, and whether its limit was reached. */
interface Position {
    readonly seq: number;
    readonly size: number;
    readonly full: boolean;
}

/** Appends lines to one file, in batches. Only one writer may be open per file. */
export class FileLogWriter {
    readonly #file: FileHandle;
    readonly #options: LogWriterOptions;
    #lines: LogLine[] = [];
    #texts: string[] = [];
    #waitingBytes = 0;
    #seq: number;
    #size: number;
    #full: boolean;
    #failing = false;
    #lastTime = { at: NaN, text: "" };
    #timer: NodeJS.Timeout | undefined;
    #writing: Promise<void> = Promise.resolve();
    #next: Promise<void> | undefined;

    private constructor(file: FileHandle, position: Position, options: LogWriterOptions) {
        this.#file = file;
        this.#options = options;
        this.#seq = position.seq;
        this.#size = position.size;
        this.#full = position.full;
    }

    /** Opens or makes the file; drops what a crash left half written at its end. */
    static async open(path: string, options: LogWriterOptions): Promise<FileLogWriter> {
        const file = await openForUpdate(path);
        try {
            return new FileLogWriter(file, await repair(file, options.limitBytes), options);
        } catch (error) {
            await file.close();
            throw error;
        }
    }

    write(stream: LogLine["stream"], phase: DeploymentPhase, text: string, job?: string): void {
        // Lines that cannot be kept get no number, so that numbers never have a gap.
        if (this.#full || (this.#failing && this.#waitingBytes > heldBytes)) {
            return;
        }
        const line = { stream, phase, ...(job === undefined ? {} : { job }), text: cutText(text) };
        if (!this.#append(line, this.#options.limitBytes)) {
            this.#full = true;
            this.#append({ stream: "system", phase, text: limitText(this.#options.limitBytes) }, Infinity);
        }
        this.#schedule();
    }

    isFull(): boolean {
        return this.#full;
    }

    /** Rejects with AppError `unavailable` when the disk takes nothing. */
    flush(): Promise<void> {
        clearTimeout(this.#timer);
        this.#timer = undefined;
        if (this.#next === undefined) {
            this.#next = this.#writing.then(() => this.#writeBatch());
            this.#writing = this.#next.catch(() => undefined);
        }
        return this.#next;
    }

    /** Writes what waits, as far as the disk takes it, and closes the file. */
    async close(): Promise<void> {
        await this.flush().catch(() => undefined);
        this.#full = true;
        await this.#file.close();
    }

    #append(fields: Omit<LogLine, "seq" | "time">, limitBytes: number): boolean {
        const line = { seq: this.#seq + 1, time: this.#time(), ...fields };
        const text = toFileText(line);
        const bytes = Buffer.byteLength(text);
        if (this.#size + this.#waitingBytes + bytes > limitBytes) {
            return false;
        }
        this.#seq = line.seq;
        this.#lines.push(line);
        this.#texts.push(text);
        this.#waitingBytes += bytes;
        return true;
    }

    /** Many lines come in one millisecond: writing the time out for each is a third of the work. */
    #time(): string {
        const now = this.#options.now().getTime();
        if (now !== this.#lastTime.at) {
            this.#lastTime = { at: now, text: new Date(now).toISOString() };
        }
        return this.#lastTime.text;
    }

    #schedule(): void {
        if (this.#waitingBytes > batchBytes && !this.#failing) {
            void this.flush().catch(() => undefined);
            return;
        }
        const delay = this.#failing ? retryMilliseconds : batchMilliseconds;
        this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), delay);
    }

    async #writeBatch(): Promise<void> {
        this.#next = undefined;
        const [lines, texts, bytes] = [this.#lines, this.#texts, this.#waitingBytes];
        if (lines.length === 0) {
            return;
        }
        [this.#lines, this.#texts] = [[], []];
        try {
            await writeFully(this.#file, Buffer.from(texts.join("")), this.#size);
        } catch (error) {
            this.#lines = [...lines, ...this.#lines];
            this.#texts = [...texts, ...this.#texts];
            throw this.#failed(error);
        }
        this.#failing = false;
        this.#size += bytes;
        this.#waitingBytes -= bytes;
        this.#options.onLines(lines, this.#size);
    }

    #failed(cause: unknown): AppError {
        const error = unavailable(cause);
        if (!this.#failing) {
            this.#options.onError(error);
        }
        this.#failing = true;
        return error;
    }
}

/** Writes at a position rather than at the end: a batch that failed half-way is overwritten by its next try. */
async function writeFully(file: FileHandle, data: Buffer, position: number): Promise<void> {
    let done = 0;
    while (done < data.length) {
        const { bytesWritten } = await file.write(data, done, data.length - done, position + done);
        done += bytesWritten;
    }
}

async function openForUpdate(path: string): Promise<FileHandle> {
    const made = await open(path, "a", 0o600);
    await made.close();
    return open(path, "r+");
}

async function repair(file: FileHandle, limitBytes: number): Promise<Position> {
    const { size } = await file.stat();
    const last = await lastLine(file, size);
    const end = last?.end ?? 0;
    if (end < size) {
        await file.truncate(end);
    }
    const full = last?.line.stream === "system" && last.line.text === limitText(limitBytes);
    return { seq: last?.line.seq ?? 0, size: end, full };
}

function limitText(limitBytes: number): string {
    const mebibytes = Math.round(limitBytes / 1024 / 1024);
    return `This log has reached its limit of ${mebibytes} MiB; what follows is not kept.`;
}

function unavailable(cause: unknown): AppError {
    const full = cause instanceof Error && "code" in cause && (cause.code === "ENOSPC" || cause.code === "EDQUOT");
    return new AppError("unavailable", "log: it cannot be written; make room on the disk of the data directory", {
        details: { errorCode: full ? "disk_full" : "internal" },
        cause,
    });
}
