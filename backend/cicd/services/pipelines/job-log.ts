import type { LogLine } from "../../../../common/schema/log-line.ts";
import type { LogStore, LogWriter } from "../../core/log-stream.ts";
import { readWholeLog } from "../deployment-log.ts";

/** The log of a whole run: its deployment's, or its own. */
export interface RunLog {
    readonly id: string;
    readonly logs: Pick<LogStore, "read">;
    readonly writer: LogWriter;
}

export interface JobLogInput {
    readonly runId: string;
    readonly job: { readonly id: string; readonly name: string; readonly linesBefore: number };
    /** Whether the job ran before a restart: what its logs hold already is counted then. */
    readonly isResumed: boolean;
    readonly mask: (text: string) => string;
    readonly runLog: RunLog;
}

/** Of one job's lines in the log of its run. */
const mostBytesInRun = 8 * 1024 * 1024;

/** What a log holds of a job. */
interface Held {
    readonly lines: number;
    readonly bytes: number;
    readonly isCut: boolean;
}

const nothing: Held = { lines: 0, bytes: 0, isCut: false };

/** Takes each line of a try once, however often they come again from the first on. */
class Replay {
    /** Lines of all tries. */
    total: number;
    #held: number;
    #seen = 0;

    constructor(total: number, before: number) {
        this.total = total;
        this.#held = Math.max(0, total - before);
    }

    takes(): boolean {
        this.#seen += 1;
        if (this.#seen <= this.#held) {
            return false;
        }
        this.#held += 1;
        this.total += 1;
        return true;
    }

    again(): void {
        this.#seen = 0;
    }

    nextTry(): void {
        this.#seen = 0;
        this.#held = 0;
    }
}

/**
 * Where a job's lines go: the job's own log, and the log of its run, which is read as one story and takes only the first
 * 8 MiB of each job. Both take every line of output once and in order, also after a crash that cut them off at different
 * places.
 */
export class JobLog {
    readonly #input: JobLogInput;
    readonly #own: LogWriter;
    readonly #ownReplay: Replay;
    readonly #runReplay: Replay;
    #runBytes: number;
    #isCut: boolean;
    readonly #enough = new AbortController();

    private constructor(input: JobLogInput, own: LogWriter, held: { readonly own: Held; readonly run: Held }) {
        const { linesBefore } = input.job;
        this.#input = input;
        this.#own = own;
        this.#ownReplay = new Replay(held.own.lines, linesBefore);
        this.#runReplay = new Replay(held.run.lines, linesBefore);
        this.#runBytes = held.run.bytes;
        this.#isCut = held.run.isCut;
        this.#noteFull();
    }

    static async open(jobLogs: LogStore, input: JobLogInput): Promise<JobLog> {
        const own = await jobLogs.open(input.job.id);
        try {
            return new JobLog(input, own, await countHeld(jobLogs, input));
        } catch (error) {
            await own.close();
            throw error;
        }
    }

    /** Lines of output that the job's log holds, of all tries. */
    get lines(): number {
        return this.#ownReplay.total;
    }

    /** Aborts when neither log takes any more output. */
    get enough(): AbortSignal {
        return this.#enough.signal;
    }

    /** A line of output, as it comes from the job. */
    write(stream: "stdout" | "stderr", text: string): void {
        if (this.#enough.signal.aborted) {
            return;
        }
        const { mask, runLog, job } = this.#input;
        const [toOwn, toRun] = [this.#ownReplay.takes(), this.#runReplay.takes() && !this.#isCut];
        const masked = toOwn || toRun ? mask(text) : "";
        if (toOwn) {
            this.#own.write(stream, "pipeline", masked);
        }
        if (toRun && this.#hasRoom(masked)) {
            runLog.writer.write(stream, "pipeline", masked, job.name);
        }
        this.#noteFull();
    }

    /** A line of our own, for both logs. */
    say(text: string): void {
        const { mask, runLog, job } = this.#input;
        const masked = mask(text);
        this.#own.write("system", "pipeline", masked);
        runLog.writer.write("system", "pipeline", masked, job.name);
    }

    /** The lines of the try come again, from the first on. */
    again(): void {
        this.#ownReplay.again();
        this.#runReplay.again();
    }

    /** Another try begins: its lines come after those that are there. */
    nextTry(): void {
        this.#ownReplay.nextTry();
        this.#runReplay.nextTry();
    }

    /** Resolves when what was written is on disk, as far as it takes anything. */
    async flush(): Promise<void> {
        await Promise.allSettled([this.#own.flush(), this.#input.runLog.writer.flush()]);
    }

    async close(): Promise<void> {
        await this.flush();
        await this.#own.close();
    }

    #noteFull(): void {
        const isRunFull = this.#isCut || this.#input.runLog.writer.isFull?.() === true;
        if (isRunFull && this.#own.isFull?.() === true) {
            this.#enough.abort();
        }
    }

    #hasRoom(text: string): boolean {
        this.#runBytes += Buffer.byteLength(text);
        this.#isCut = this.#runBytes > mostBytesInRun;
        if (this.#isCut) {
            const { runLog, job } = this.#input;
            runLog.writer.write("system", "pipeline", cutLine(job.name), job.name);
        }
        return !this.#isCut;
    }
}

/** The line that begins a run in a log: what stands before it is of an earlier one. */
export function runLine(runId: string, text: string): string {
    return `Pipeline ${runId}: ${text}`;
}

function cutLine(name: string): string {
    return `The rest of what ${name} writes stands in the job's own log.`;
}

async function countHeld(
    jobLogs: Pick<LogStore, "read">,
    { runId, job, isResumed, runLog }: JobLogInput,
): Promise<{ readonly own: Held; readonly run: Held }> {
    if (!isResumed) {
        return { own: nothing, run: nothing };
    }
    await runLog.writer.flush();
    const own = await count(jobLogs, job.id, () => true, "");
    const begins = runLine(runId, "");
    const run = await count(runLog.logs, runLog.id, (line) => line.job === job.name, begins, cutLine(job.name));
    return { own, run };
}

async function count(
    logs: Pick<LogStore, "read">,
    id: string,
    isOfJob: (line: LogLine) => boolean,
    begins: string,
    cut?: string,
): Promise<Held> {
    let held = nothing;
    for await (const lines of readWholeLog({ logs }, id)) {
        for (const line of lines) {
            held = isOfJob(line) ? withLine(held, line, cut) : held;
            held = begins !== "" && isBeginning(line, begins) ? nothing : held;
        }
    }
    return held;
}

function isBeginning({ stream, job, text }: LogLine, begins: string): boolean {
    return stream === "system" && job === undefined && text.startsWith(begins);
}

function withLine(held: Held, { stream, text }: LogLine, cut: string | undefined): Held {
    if (stream === "system") {
        return text === cut ? { ...held, isCut: true } : held;
    }
    return { ...held, lines: held.lines + 1, bytes: held.bytes + Buffer.byteLength(text) };
}
