import { CleanUpReport } from "../../../common/schema/disk.ts";
import type { Files } from "../core/files.ts";
import { cleanUp, type CleanUpPorts } from "./clean-up.ts";

export interface CleanUpsPorts extends Omit<CleanUpPorts, "files"> {
    readonly files: CleanUpPorts["files"] & Pick<Files, "readText" | "write">;
    /** Where the last report is kept. */
    readonly directory: string;
    /** Something that the server's log should tell. */
    readonly onNotice: (message: string) => void;
    /** Told after every run. */
    readonly onDone: () => void;
}

/** Runs of the cleaning, one at a time. */
export interface CleanUps {
    /** Runs now, or joins the run that is going on. `by` is missing for the daily one. */
    run(by?: string): Promise<CleanUpReport>;
    isRunning(): boolean;
    last(): Promise<CleanUpReport | undefined>;
    /** Ends a run between two things, and waits for it a moment. */
    stop(): Promise<void>;
}

const reportFile = "clean-up.json";
const longestMilliseconds = 1800_000;
const partingMilliseconds = 5000;

export function createCleanUps(ports: CleanUpsPorts): CleanUps {
    const stopping = new AbortController();
    let running: Promise<CleanUpReport> | undefined;
    let last: Promise<CleanUpReport | undefined> | undefined;

    async function run(by: string | undefined): Promise<CleanUpReport> {
        const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(longestMilliseconds)]);
        const report = await cleanUp(ports, { by, signal });
        await ports.files.write(ports.directory, reportFile, JSON.stringify(report), 0o600);
        last = Promise.resolve(report);
        ports.onNotice(`Cleaned up: ${report.removedCount} removed, ${report.freedBytes} bytes freed`);
        return report;
    }

    return {
        run(by) {
            running ??= run(by).finally(() => {
                running = undefined;
                ports.onDone();
            });
            return running;
        },
        isRunning: () => running !== undefined,
        last() {
            last ??= readReport(ports);
            return last;
        },
        async stop() {
            stopping.abort();
            if (running === undefined) {
                return;
            }
            const done = new AbortController();
            const ended = running.catch(() => undefined).finally(() => done.abort());
            // An engine or a machine that hangs is not waited for: what it removes is complete without us.
            await Promise.race([ended, ports.clock.sleep(partingMilliseconds, done.signal)]);
        },
    };
}

/** A report of an older version is no report. */
async function readReport({ files, directory }: CleanUpsPorts): Promise<CleanUpReport | undefined> {
    try {
        const text = await files.readText(directory, reportFile);
        return text === undefined ? undefined : CleanUpReport.safeParse(JSON.parse(text)).data;
    } catch {
        return undefined;
    }
}
