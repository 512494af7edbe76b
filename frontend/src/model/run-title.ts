import type { PipelineRun } from "../../../common/schema/pipeline-run.ts";

export interface RunTitle {
    /** The first line of the commit's message. */
    readonly text: string | undefined;
    /** The key of a text that says why there is none. */
    readonly otherwise: "pipeline.notFetched" | "deployment.noMessage";
}

/** What a run is called by. */
export function runTitle({ commitMessage, status }: Pick<PipelineRun, "commitMessage" | "status">): RunTitle {
    const isFetched = commitMessage !== undefined || status !== "pending";
    return {
        text: commitMessage?.split("\n")[0] || undefined,
        otherwise: isFetched ? "deployment.noMessage" : "pipeline.notFetched",
    };
}
