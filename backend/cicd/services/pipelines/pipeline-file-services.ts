import type { CheckedPipeline, PipelineSource, PipelineText } from "../../../../common/schema/pipeline-check.ts";
import { type BadgePorts, findBadge, readBadge } from "./badge.ts";
import { checkPipeline } from "./check-pipeline.ts";
import { findPipelineFile, type PipelineFilePorts } from "./find-pipeline-file.ts";

export type PipelineFileServicePorts = PipelineFilePorts & BadgePorts;

/** What both edges offer of a stack's pipeline file, and its badge. Throws AppError. */
export interface PipelineFileServices {
    /** As it stands in the newest commit that the server has. */
    findPipelineFile(stack: string): Promise<PipelineSource>;
    /** Every mistake of a text, or what would run. */
    checkPipeline(call: { readonly stack: string; readonly input: PipelineText }): Promise<CheckedPipeline>;
    /** Where a stack's badge is, below this server's address. */
    findBadge(stack: string): Promise<string>;
    /** A badge as SVG. */
    readBadge(call: { readonly token: string; readonly branch?: string | undefined }): Promise<string>;
}

export function pipelineFileServices(ports: PipelineFileServicePorts): PipelineFileServices {
    return {
        findPipelineFile: (stack) => findPipelineFile(ports, stack),
        checkPipeline: (call) => checkPipeline(ports, call),
        findBadge: (stack) => findBadge(ports, stack),
        readBadge: (call) => readBadge(ports, call),
    };
}
