import type { CicdServices } from "../services/cicd-services.ts";
import type { CicdHandlers } from "./handlers.ts";
import { createJobLogSubscriptions } from "./log-subscriptions.ts";

/** The events of the page about a stack's pipeline. */
export function pipelineHandlers(services: CicdServices) {
    return {
        async getPipelines([stack, limit, cursor, branch]) {
            const [{ items, ...rest }, badge] = await Promise.all([
                services.listPipelines(stack, { limit, cursor: cursor ?? undefined, branch }),
                services.findBadge(stack),
            ]);
            return { pipelines: items, ...rest, badge };
        },
        getPipeline: async ([id]) => ({ pipeline: await services.findPipeline(id) }),
        runPipeline: async ([stack, request], { caller }) => ({
            pipeline: await services.triggerPipeline({ stack, request: request ?? {}, caller }),
        }),
        cancelPipeline: async ([id], { caller }) => ({ pipeline: await services.cancelPipeline({ id, caller }) }),
        retryPipeline: async ([id, job], { caller }) => ({
            pipeline: await services.retryPipeline({ id, job, caller }),
        }),
        startJob: async ([id], { caller }) => ({ pipeline: await services.startJob({ id, caller }) }),
        getPipelineFile: async ([stack]) => ({ file: await services.findPipelineFile(stack) }),
        validatePipeline: async ([stack, input]) => ({ checked: await services.checkPipeline({ stack, input }) }),
        ...createJobLogSubscriptions(services),
    } satisfies Partial<CicdHandlers>;
}
