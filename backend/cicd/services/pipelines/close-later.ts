import type { Clock } from "../../core/clock.ts";
import type { JobExecutor } from "../../core/job-executor.ts";

export interface CloseLaterPorts {
    readonly clock: Clock;
    /** Removes what is left of runs that nobody works on. */
    readonly closeLeft: () => Promise<void>;
    readonly onError: (error: unknown) => void;
}

/** Closes again what could not be closed, such as while the engine was away: nothing of a cancelled job runs on then. */
export interface CloseLater {
    /** The same executor, whose failed closings are made good. */
    watched<T extends Pick<JobExecutor, "close" | "listRuns">>(executor: T): T;
    stop(): void;
}

const firstMilliseconds = 15_000;
const longestMilliseconds = 300_000;

export function createCloseLater(ports: CloseLaterPorts): CloseLater {
    const stopping = new AbortController();
    let isLeft = false;
    let isTrying = false;

    async function tryUntilClosed(): Promise<void> {
        for (let wait = firstMilliseconds; isLeft; wait = Math.min(2 * wait, longestMilliseconds)) {
            await ports.clock.sleep(wait, stopping.signal);
            if (stopping.signal.aborted) {
                return;
            }
            isLeft = false;
            await ports.closeLeft().catch(() => undefined);
        }
        isTrying = false;
    }

    function note(): void {
        isLeft = true;
        if (!isTrying) {
            isTrying = true;
            void tryUntilClosed().catch(ports.onError);
        }
    }

    function noting<A extends readonly unknown[], R>(call: (...given: A) => Promise<R>): (...given: A) => Promise<R> {
        return async (...given) => {
            try {
                return await call(...given);
            } catch (error) {
                note();
                throw error;
            }
        };
    }

    return {
        watched: (executor) => ({
            ...executor,
            close: noting((runId: string, workspace?: string) => executor.close(runId, workspace)),
            listRuns: noting(() => executor.listRuns()),
        }),
        stop: () => stopping.abort(),
    };
}
