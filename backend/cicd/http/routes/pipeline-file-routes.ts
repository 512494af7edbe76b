import { z } from "zod";
import { CheckedPipeline, PipelineSource, PipelineText } from "../../../../common/schema/pipeline-check.ts";
import { pipelineJsonSchema } from "../../../../common/schema/pipeline-json-schema.ts";
import { publicStreamRoute, route, type Route } from "../route.ts";
import { stackParams } from "../schemas.ts";

const tag = "Pipelines";

export const pipelineFileRoutes: readonly Route[] = [
    route({
        method: "get",
        path: "/stacks/{stack}/pipelines/file",
        right: "read",
        tag,
        summary:
            "A stack's pipeline file as it stands in the newest commit that the server has of the stack's branch. Nothing " +
            "is fetched; `note` says what to do where the server has no commit yet.",
        request: z.object({ params: stackParams }),
        response: PipelineSource,
        handle: async ({ params }, { services }) => services.findPipelineFile(params.stack),
    }),
    route({
        method: "post",
        path: "/stacks/{stack}/pipelines/validate",
        right: "read",
        tag,
        summary:
            "Check a text as a stack's pipeline: every mistake with file, line, column and hint, or what a push would run. " +
            "Files that it includes are read from the newest commit that the server has.",
        example: { text: "stages: [test]\nunit:\n  image: node:20\n  script: npm test\n" },
        request: z.object({ params: stackParams, body: PipelineText }),
        response: CheckedPipeline,
        handle: async ({ params, body }, { services }) => services.checkPipeline({ stack: params.stack, input: body }),
    }),
    publicStreamRoute({
        method: "get",
        path: "/pipeline-schema",
        tag,
        summary: "The JSON Schema of pipeline.yml, for editors.",
        request: z.object({}),
        contentTypes: ["application/schema+json"],
        handle: async () => async (_request, response) => {
            response
                .set({
                    "Content-Type": "application/schema+json; charset=utf-8",
                    "Cache-Control": "public, max-age=3600",
                })
                .send(JSON.stringify(pipelineJsonSchema()));
        },
    }),
];
