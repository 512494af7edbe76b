import type { LogWriter } from "../../core/log-stream.ts";
import type { FileLogWriter } from "./log-writer.ts";

/** A log that is being written. `finish` writes what waits, and closes it. */
export interface OpenLog {
    readonly writer: FileLogWriter;
    readonly finish: () => Promise<void>;
}

/** The logs that are open now: one writer each, however many opened it; the last of them closes it. */
export class SharedLogs {
    readonly #open: (deploymentId: string) => Promise<OpenLog>;
    readonly #opened = new Map<string, { readonly log: Promise<OpenLog>; users: number }>();
    readonly #finishing = new Map<string, Promise<void>>();

    constructor(open: (deploymentId: string) => Promise<OpenLog>) {
        this.#open = open;
    }

    /** Writes what waits in a log, if it is open. */
    async flush(deploymentId: string): Promise<void> {
        const log = await this.#opened.get(deploymentId)?.log;
        await log?.writer.flush();
    }

    async open(deploymentId: string): Promise<LogWriter> {
        const log = await this.#take(deploymentId);
        let done: Promise<void> | undefined;
        return {
            write: (stream, phase, text, job) => log.writer.write(stream, phase, text, job),
            flush: () => log.writer.flush(),
            isFull: () => log.writer.isFull(),
            close: () => (done ??= this.#giveBack(deploymentId, log)),
        };
    }

    #take(deploymentId: string): Promise<OpenLog> {
        const shared = this.#opened.get(deploymentId) ?? { log: this.#openOnce(deploymentId), users: 0 };
        shared.users += 1;
        this.#opened.set(deploymentId, shared);
        return shared.log;
    }

    async #openOnce(deploymentId: string): Promise<OpenLog> {
        try {
            await this.#finishing.get(deploymentId);
            return await this.#open(deploymentId);
        } catch (error) {
            this.#opened.delete(deploymentId);
            throw error;
        }
    }

    async #giveBack(deploymentId: string, log: OpenLog): Promise<void> {
        const shared = this.#opened.get(deploymentId);
        if (shared !== undefined && shared.users > 1) {
            shared.users -= 1;
            // A disk that takes nothing was told of by the writer.
            await log.writer.flush().catch(() => undefined);
            return;
        }
        this.#opened.delete(deploymentId);
        const finished = log.finish().finally(() => this.#finishing.delete(deploymentId));
        this.#finishing.set(deploymentId, finished);
        await finished;
    }
}
