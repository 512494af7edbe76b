import type { Clock } from "../../core/clock.ts";
import type { PipelineStore } from "../../core/pipeline-run.ts";
import { createWorker, type Worker } from "../worker.ts";
import { createEnqueuePipeline, type EnqueuePipeline } from "./enqueue-pipeline.ts";
import { pipelineQueue } from "./pipeline-queue.ts";
import { createRunAlone, type RunAlonePorts } from "./run-alone.ts";
import type { RunningPipelines } from "./running-pipelines.ts";

export interface PipelineWorkerPorts extends RunAlonePorts {
    readonly pipelines: PipelineStore;
    readonly runningPipelines: RunningPipelines;
    readonly clock: Clock;
    /** This server's name in leases; new at every start. */
    readonly owner: string;
    /** How many runs run alone at once, over all stacks. */
    readonly concurrency: number;
}

/** What takes the runs that run alone from their queue, and what puts them there. */
export interface PipelineWorker {
    readonly worker: Worker;
    readonly enqueuePipeline: EnqueuePipeline;
}

export function createPipelineWorker(ports: PipelineWorkerPorts): PipelineWorker {
    const worker = createWorker({
        ...ports,
        queue: pipelineQueue(ports.pipelines),
        running: ports.runningPipelines,
        run: createRunAlone(ports),
    });
    return { worker, enqueuePipeline: createEnqueuePipeline({ ...ports, wakePipelines: () => worker.wake() }) };
}
