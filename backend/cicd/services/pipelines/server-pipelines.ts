import { createPipelineEngine, type PipelineEnginePorts } from "./pipeline-engine.ts";
import { createPipelineWorker, type PipelineWorkerPorts } from "./pipeline-worker.ts";
import { createRunningPipelines } from "./running-pipelines.ts";

type Made = "runningPipelines" | "owner" | "concurrency";

export type ServerPipelinesPorts = Omit<PipelineEnginePorts & PipelineWorkerPorts, Made> & {
    /** This server's name in leases; new at every start. */
    readonly serverId: string;
    /** Of the runs that run alone. */
    readonly maxConcurrentPipelines: number;
};

/** Everything of a server that runs pipelines: for deployments, and alone. */
export function createPipelines(given: ServerPipelinesPorts) {
    const runningPipelines = createRunningPipelines();
    const ports = { ...given, runningPipelines };
    const { worker, enqueuePipeline } = createPipelineWorker({
        ...ports,
        owner: given.serverId,
        concurrency: given.maxConcurrentPipelines,
    });
    return {
        engine: createPipelineEngine(ports),
        /** Of the runs that run alone. */
        worker,
        /** What the use cases need. */
        verbs: { runningPipelines, enqueuePipeline, wakePipelines: () => worker.wake() },
    };
}
