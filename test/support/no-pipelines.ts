import type { EnqueuePipeline } from "../../backend/cicd/services/pipelines/enqueue-pipeline.ts";

/** Where no push is to run a pipeline alone. */
export const noPipelines: EnqueuePipeline = () => Promise.reject(new Error("no pipeline is queued"));
