import type { LogLine } from "../../../common/schema/log-line.ts";
import type { LogStore } from "../core/log-stream.ts";

export interface FollowOptions {
    readonly logs: Pick<LogStore, "read" | "subscribe">;
    readonly id: string;
    /** The last line that the viewer has. */
    readonly afterSeq: number;
    /** Gets every later line once and in order; the next batch waits for the promise. */
    readonly onLines: (lines: readonly LogLine[]) => void | Promise<void>;
    /** Reading or `onLines` failed; following has stopped. */
    readonly onError: (error: unknown) => void;
}

const pageSize = 2000;

/**
 * Follows a log from a number on. A push of the store that joins on to the last line is handed on; anything else makes
 * the follower read from the store. So lines that come while it reads, or while a slow viewer takes its time, are
 * neither lost nor doubled, and nothing piles up in memory.
 */
export class LogFollower {
    readonly #options: FollowOptions;
    readonly #unsubscribe: () => void;
    #cursor: number;
    #pushed: readonly LogLine[] = [];
    #mustRead = false;
    #stopped = false;
    #running: Promise<void> | undefined;

    constructor(options: FollowOptions) {
        this.#options = options;
        this.#cursor = options.afterSeq;
        this.#unsubscribe = options.logs.subscribe(options.id, (lines) => {
            if (lines.length > 0) {
                this.#pushed = lines;
                this.#goOn();
            }
        });
        this.#mustRead = true;
        this.#goOn();
    }

    /** Resolves when every line that is written now has been handed on; rejects when following failed. */
    async catchUp(): Promise<void> {
        this.#mustRead = true;
        await this.#wake();
    }

    stop(): void {
        this.#stopped = true;
        this.#unsubscribe();
    }

    #goOn(): void {
        this.#wake().catch((error: unknown) => {
            if (!this.#stopped) {
                this.stop();
                this.#options.onError(error);
            }
        });
    }

    #wake(): Promise<void> {
        this.#running ??= this.#run();
        return this.#running;
    }

    async #run(): Promise<void> {
        try {
            while (!this.#stopped && (this.#mustRead || this.#pushed.length > 0)) {
                await this.#takeTurn();
            }
        } finally {
            // Here and not in a later callback: a push that comes in between must find that nobody runs.
            this.#running = undefined;
        }
    }

    async #takeTurn(): Promise<void> {
        const pushed = this.#pushed;
        this.#pushed = [];
        if (!this.#mustRead && pushed[0]?.seq === this.#cursor + 1) {
            await this.#handOn(pushed);
            return;
        }
        this.#mustRead = false;
        await this.#readOn();
        if (pushed[0] !== undefined && pushed[0].seq <= this.#cursor + 1) {
            await this.#handOn(pushed);
        }
    }

    async #readOn(): Promise<void> {
        const { logs, id } = this.#options;
        for (;;) {
            const lines = await logs.read(id, { afterSeq: this.#cursor, limit: pageSize });
            if (lines.length === 0 || this.#stopped) {
                return;
            }
            await this.#handOn(lines);
        }
    }

    async #handOn(lines: readonly LogLine[]): Promise<void> {
        const fresh = lines.filter(({ seq }) => seq > this.#cursor);
        const last = fresh.at(-1);
        if (last !== undefined && !this.#stopped) {
            this.#cursor = last.seq;
            await this.#options.onLines(fresh);
        }
    }
}
