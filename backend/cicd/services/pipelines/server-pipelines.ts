import { createCloseLater } from "./close-later.ts";
import { createPipelineEngine, type PipelineEnginePorts } from "./pipeline-engine.ts";
import { createPipelineWorker, type PipelineWorkerPorts } from "./pipeline-worker.ts";
import { createRunningPipelines } from "./running-pipelines.ts";

type Made = "runningPipelines" | "wakePipelines" | "owner" | "concurrency";

export type ServerPipelinesPorts = Omit<PipelineEnginePorts & PipelineWorkerPorts, Made> & {
    /** This server's name in leases; new at every start. */
    readonly serverId: string;
    /** Of the runs that run alone. */
    readonly maxConcurrentPipelines: number;
};

/** Everything of a server that runs pipelines: for deployments, and alone. */
export function createPipelines(given: ServerPipelinesPorts) {
    const runningPipelines = createRunningPipelines();
    const closeLater = createCloseLater({ ...given, closeLeft: () => engine.closeLeft() });
    const ports = { ...given, runningPipelines, executor: closeLater.watched(given.executor) };
    const { worker, enqueuePipeline } = createPipelineWorker({
        ...ports,
        owner: given.serverId,
        concurrency: given.maxConcurrentPipelines,
    });
    const wakePipelines = (): void => worker.wake();
    const engine = createPipelineEngine({ ...ports, wakePipelines });
    async function stop(): Promise<void> {
        closeLater.stop();
        await worker.stop();
    }
    return {
        engine,
        /** Of the runs that run alone. */
        worker: { ...worker, stop },
        /** What the use cases need. */
        verbs: { runningPipelines, enqueuePipeline, wakePipelines },
    };
}
