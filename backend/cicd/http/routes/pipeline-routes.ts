import { z } from "zod";
import { DeploymentRequest } from "../../../../common/schema/deployment.ts";
import { GitRef } from "../../../../common/schema/git-ref.ts";
import { PageQuery } from "../../../../common/schema/page.ts";
import { PipelineJobRun, PipelineRun } from "../../../../common/schema/pipeline-run.ts";
import { route, streamRoute, type Route } from "../route.ts";
import { idParams, pageOf, stackParams } from "../schemas.ts";
import { sendLog } from "../send-log.ts";

const tag = "Pipelines";
const logQuery = z.object({ job: z.string().max(255).optional() });
const logTypes = ["text/plain", "text/event-stream"];
const live =
    "With Accept: text/event-stream it follows live: the id of an event is the number of its line, Last-Event-ID resumes " +
    "after it, the event `end` tells how it ended.";

export const pipelineRoutes: readonly Route[] = [
    route({
        method: "get",
        path: "/stacks/{stack}/pipelines",
        right: "read",
        tag,
        summary:
            "A stack's pipelines, newest first; of one branch with `branch`. `branches` are all that there are runs of.",
        request: z.object({ params: stackParams, query: PageQuery.extend({ branch: GitRef.optional() }) }),
        response: pageOf(PipelineRun).extend({ branches: z.array(z.string()) }),
        handle: async ({ params, query }, { services }) => services.listPipelines(params.stack, query),
    }),
    route({
        method: "post",
        path: "/stacks/{stack}/pipelines",
        right: "deploy",
        tag,
        summary: "Run the pipeline and deploy nothing. What is left out comes from the repository.",
        status: 202,
        example: { branch: "feature/login" },
        request: z.object({ params: stackParams, body: DeploymentRequest }),
        response: PipelineRun,
        handle: async ({ params, body }, { services, caller }) =>
            services.triggerPipeline({ ...params, request: body, caller }),
    }),
    route({
        method: "get",
        path: "/pipelines/{id}",
        right: "read",
        tag,
        summary: "One pipeline with its jobs.",
        request: z.object({ params: idParams }),
        response: PipelineRun,
        handle: async ({ params }, { services }) => services.findPipeline(params.id),
    }),
    route({
        method: "post",
        path: "/pipelines/{id}/cancel",
        right: "deploy",
        tag,
        summary: "Cancel a pipeline that waits or runs; one that runs for a deployment is cancelled with it.",
        request: z.object({ params: idParams }),
        response: PipelineRun,
        handle: async ({ params }, { services, caller }) => services.cancelPipeline({ ...params, caller }),
    }),
    route({
        method: "post",
        path: "/pipelines/{id}/retry",
        right: "deploy",
        tag,
        summary:
            "Repeat a pipeline that has ended, from `job` on or the jobs that did not succeed; a deployment's deploys its " +
            "commit again. Answers the new one.",
        status: 202,
        example: { job: "unit" },
        request: z.object({ params: idParams, body: z.strictObject({ job: z.string().min(1).max(255).optional() }) }),
        response: PipelineRun,
        handle: async ({ params, body }, { services, caller }) =>
            services.retryPipeline({ ...params, ...body, caller }),
    }),
    streamRoute({
        method: "get",
        path: "/pipelines/{id}/logs",
        right: "read",
        tag,
        summary: `A pipeline's log as text; of a deployment's, the part of the deployment's log. ${live}`,
        contentTypes: logTypes,
        request: z.object({ params: idParams, query: logQuery }),
        async handle({ params, query }, { services, signal }) {
            const log = await services.openPipelineLog(params.id);
            return (request, response) => sendLog({ log, filter: query, signal, request, response });
        },
    }),
    route({
        method: "get",
        path: "/jobs/{id}",
        right: "read",
        tag,
        summary: "One job of a pipeline.",
        request: z.object({ params: idParams }),
        response: PipelineJobRun,
        handle: async ({ params }, { services }) => services.findPipelineJob(params.id),
    }),
    route({
        method: "post",
        path: "/jobs/{id}/start",
        right: "deploy",
        tag,
        summary: "Start a manual job, also after its pipeline has ended; answers the pipeline.",
        status: 202,
        request: z.object({ params: idParams }),
        response: PipelineRun,
        handle: async ({ params }, { services, caller }) => services.startJob({ ...params, caller }),
    }),
    streamRoute({
        method: "get",
        path: "/jobs/{id}/logs",
        right: "read",
        tag,
        summary: `A job's log as text. ${live}`,
        contentTypes: logTypes,
        request: z.object({ params: idParams }),
        async handle({ params }, { services, signal }) {
            const log = await services.openJobLog(params.id);
            return (request, response) => sendLog({ log, filter: {}, signal, request, response });
        },
    }),
];
