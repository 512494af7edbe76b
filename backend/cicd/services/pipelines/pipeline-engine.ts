import { type DeploymentRecord, isTerminal } from "../../core/deployment.ts";
import { closeLeftRuns, type CloseLeftPorts } from "./close-left-runs.ts";
import { endRunOf } from "./end-run.ts";
import { createPipelinePhase, type PipelinePhase, type PipelinePhasePorts } from "./pipeline-phase.ts";
import { type PipelineEnd, runPipeline, type RunPipelineCall } from "./run-pipeline.ts";

export type PipelineEnginePorts = PipelinePhasePorts & CloseLeftPorts;

/** What runs pipelines, put together. */
export interface PipelineEngine {
    /** For deployments. */
    readonly runPhase: PipelinePhase;
    /** For runs that run alone. */
    readonly run: (call: RunPipelineCall) => Promise<PipelineEnd>;
    /** For the server's start. */
    readonly closeLeft: () => Promise<void>;
    /** The same as what announces deployments, and ends the runs of those that have ended. */
    readonly announcing: (announce: (record: DeploymentRecord) => void) => (record: DeploymentRecord) => void;
}

export function createPipelineEngine(ports: PipelineEnginePorts): PipelineEngine {
    return {
        runPhase: createPipelinePhase(ports),
        run: (call) => runPipeline(ports, call),
        closeLeft: () => closeLeftRuns(ports),
        announcing: (announce) => (record) => {
            announce(record);
            if (record.status === "pending" && record.pipelineId !== undefined) {
                ports.announcePipeline(record.pipelineId);
            }
            if (isTerminal(record.status)) {
                void endRunOf(ports, record.id).catch(ports.onError);
            }
        },
    };
}
