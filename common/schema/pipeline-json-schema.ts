import { z } from "zod";
import { PipelineFile } from "./pipeline.ts";

/** The JSON Schema of `pipeline.yml`, for editors. It knows each value, not what one says about another. */
export function pipelineJsonSchema(): Readonly<Record<string, unknown>> {
    const schema = z.toJSONSchema(PipelineFile, { target: "draft-2020-12", io: "input", reused: "ref" });
    return {
        ...schema,
        title: "pipeline.yml of dockge-cicd",
        // Templates for anchors, which no job is made of.
        patternProperties: { "^(?:\\.|x-)": true },
    };
}
