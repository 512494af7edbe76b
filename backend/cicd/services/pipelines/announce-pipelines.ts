import type { Clock } from "../../core/clock.ts";
import type { Host } from "../../core/host.ts";
import type { PipelineStore } from "../../core/pipeline-run.ts";
import { viewOnePipeline } from "./view-pipeline.ts";

export interface AnnouncePipelinePorts {
    readonly pipelines: Pick<PipelineStore, "find" | "jobs">;
    readonly host: Pick<Host, "push" | "isWatched">;
    readonly clock: Clock;
    readonly onError: (error: unknown) => void;
}

const pushEveryMilliseconds = 250;
/** A run of very many jobs is a large message, to everybody who watches. */
const perJobMilliseconds = 5;

/**
 * Tells browsers of every change of a run and its jobs, by the run's id: at most four times a second each (of 200 jobs
 * once a second), and always of the last change.
 */
export function createAnnouncePipelines(ports: AnnouncePipelinePorts): (id: string) => void {
    /** Runs that were told of just now, and whether more has changed since. */
    const told = new Map<string, { hasChanged: boolean }>();

    async function tellAll(id: string, state: { hasChanged: boolean }): Promise<void> {
        while (state.hasChanged) {
            state.hasChanged = false;
            const jobs = await tell(ports, id).catch(ports.onError);
            await ports.clock.sleep(Math.max(pushEveryMilliseconds, (jobs ?? 0) * perJobMilliseconds));
        }
        told.delete(id);
    }

    return (id) => {
        const known = told.get(id);
        if (known !== undefined) {
            known.hasChanged = true;
            return;
        }
        const state = { hasChanged: true };
        told.set(id, state);
        void tellAll(id, state);
    };
}

/** Answers how many jobs the run has, where it was told of. */
async function tell({ pipelines, host }: AnnouncePipelinePorts, id: string): Promise<number> {
    const record = host.isWatched() ? await pipelines.find(id) : undefined;
    if (record === undefined) {
        return 0;
    }
    const pipeline = await viewOnePipeline({ pipelines }, record);
    host.push("pipelineUpdate", { pipeline });
    return pipeline.jobs.length;
}
