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

/**
 * Tells browsers of every change of a run and its jobs, by the run's id: at most four times a second each, and always of
 * the last change.
 */
export function createAnnouncePipelines(ports: AnnouncePipelinePorts): (id: string) => void {
    /** Runs that were told of just now, and whether more has changed since. */
    const told = new Map<string, { hasChanged: boolean }>();

    async function tellAll(id: string, state: { hasChanged: boolean }): Promise<void> {
        while (state.hasChanged) {
            state.hasChanged = false;
            await tell(ports, id).catch(ports.onError);
            await ports.clock.sleep(pushEveryMilliseconds);
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

async function tell({ pipelines, host }: AnnouncePipelinePorts, id: string): Promise<void> {
    if (!host.isWatched()) {
        return;
    }
    const record = await pipelines.find(id);
    if (record !== undefined) {
        host.push("pipelineUpdate", { pipeline: await viewOnePipeline({ pipelines }, record) });
    }
}
